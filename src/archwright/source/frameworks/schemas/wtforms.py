"""WTForms and Flask-WTF: what the fields of a form let through, and what `populate_obj` sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.model.value import Trust
from archwright.source import facts as f
from archwright.source.flow import attributes
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import ALL_USES, NO, NONE, UNKNOWN, UNKNOWN_ORIGIN, Origin, Val
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.shared.declared import Declaration, elements, last_name
from archwright.source.link.project import ClassInfo
from archwright.source.nodes import nodes
from archwright.source.packed import body_of, holds

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_PACKAGES: Final = ("wtforms", "flask_wtf", "starlette_wtf", "wtforms_sqlalchemy", "quart_wtf")
_FIELD: Final = "wtforms.Field"
_TEXTS: Final = frozenset(
    {
        "StringField",
        "TextAreaField",
        "URLField",
        "EmailField",
        "SearchField",
        "TelField",
        "HiddenField",
        "PasswordField",
    }
    | {"TextField", "FileField", "MultipleFileField"}
)
_CLEAN: Final = frozenset(
    {"IntegerField", "BooleanField", "DecimalField", "FloatField", "DateField", "DateTimeField", "DateTimeLocalField"}
    | {"TimeField", "MonthField", "WeekField", "IntegerRangeField", "DecimalRangeField", "SelectField", "RadioField"}
    | {"SelectMultipleField", "SubmitField"}
)
_LETS_THROUGH: Final = frozenset(
    {
        "DataRequired",
        "InputRequired",
        "Length",
        "Optional",
        "Email",
        "URL",
        "Required",
        "EqualTo",
        "ReadOnly",
        "Disabled",
    }
)
"""Validators of the library after which a text may still be anything."""
_HELD: Final = frozenset({"data", "raw_data", "object_data"})
_WRITTEN: Final = frozenset(
    {"description", "label", "id", "short_name", "flags", "render_kw", "type", "widget", "validators", "default"}
)
"""Attributes of a field that its declaration makes: none of them is what was sent."""


class WtForms(Framework):
    """Forms that declare fields in their class."""

    name = "wtforms"
    packages = _PACKAGES
    objects = (_FIELD,)

    def claims(self, info: ClassInfo) -> bool:
        return any(
            base.startswith(_PACKAGES) and base.rpartition(".")[2].endswith("Form") for base in info.external_bases()
        )

    def construct(self, call: CallSite, info: ClassInfo) -> Val | None:
        if info.method("__init__") is not None:
            return None
        return Val(("instance", info), (), NO, {})

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        """`form.title` is a field, which holds what was sent; `form.data` holds all of them."""
        if value.type == ("object", _FIELD):
            held = (value.items or {}).get(name)
            return Val(None) if held is None and name in _WRITTEN else held
        if value.type is None or value.type[0] != "instance":
            return None
        info: ClassInfo = value.type[1]
        if name == "data" and info.lookup(name) is None:
            return Val(("dict",), (), NO, {each: self._sent(frame, info, each, position) for each in _declared(info)})
        node = _declared(info).get(name)
        if node is None:
            return None
        held = self._sent(frame, info, name, position)
        return Val(
            ("object", _FIELD), held.origins, NO, {**dict.fromkeys(_HELD, held), "name": Val(("text",), (), name)}
        )

    def method(self, call: CallSite) -> Val | None:
        receiver = call.receiver
        if receiver is None or receiver.type is None or receiver.type[0] != "instance" or call.name != "populate_obj":
            return None
        row, info = call.argument(0, "obj"), receiver.type[1]
        nowhere = (f.CONST, call.position, None)
        for name in _declared(info) if row is not None else ():
            held = self._sent(call.frame, info, name, call.position)
            attributes.set_attribute(call.frame, row or UNKNOWN, nowhere, name, held, call.position)
        return NONE

    def _sent(self, frame: Frame, info: ClassInfo, name: str, position: int) -> Val:
        """What a field lets through; unknown where the project's own code checks or makes it."""
        holder, node = _declared(info)[name]
        if info.method(f"validate_{name}") is not None:
            return Val(("text",), (UNKNOWN_ORIGIN,))
        given = Declaration(frame.engine, holder.module, node)
        said = f"form field {name!r}"
        origin: Origin = (("source", said, Trust.ANYONE.value), 0, (None, frame.unit, position, said))
        if given.callee in _CLEAN and "coerce" not in given.keywords:
            return Val(("text",), ((origin[0], ALL_USES, origin[2]),))
        checks = {_validator(each) for each in elements(given.argument(1, "validators"))}
        checks |= _put_in(frame.engine, info, name)
        if given.callee not in _TEXTS or "filters" in given.keywords or checks - _LETS_THROUGH:
            clean = given.callee in _TEXTS and bool(checks & {"Regexp", "AnyOf", "UUID", "IPAddress"})
            return Val(("text",), ((origin[0], ALL_USES, origin[2]),) if clean else (UNKNOWN_ORIGIN,))
        return Val(("text",), (origin,))


def _validator(node: Any) -> str:
    return last_name(node[2]) if node[0] == f.CALL else last_name(node)


def _put_in(engine: Engine, info: ClassInfo, name: str) -> set[str]:
    """The validators that a form gives a field when it is made: `self.name.validators = [Regexp(...)]`, `.append(...)`, `+= [...]`."""
    found: set[str] = set()
    init = info.method("__init__")
    if init is None:
        return found
    facts = engine.project.unit(init)[1]
    if not holds(facts, "validators"):
        return found
    engine.summary(init)  # whoever asks depends on what is written there
    for node in nodes(body_of(facts)):
        if node[0] in (f.ASSIGN, f.AUGASSIGN):
            targets = node[2] if node[0] == f.ASSIGN else (node[2],)
            if any(_validators_of(target, name) for target in targets):
                found |= {_validator(each) for part in node[3:] for each in elements(part)}
        elif node[0] == f.CALL and node[2][0] == f.ATTR and _validators_of(node[2][2], name):
            found |= {_validator(each) for part in node[3] for each in elements(part) or (part,)}
    return found


def _validators_of(node: Any, name: str) -> bool:
    """`self.name.validators`."""
    return bool(node[0] == f.ATTR and node[3] == "validators" and node[2][0] == f.ATTR and node[2][3] == name)


def _declared(info: ClassInfo) -> dict[str, tuple[ClassInfo, Any]]:
    """The fields that a form and its ancestors declare."""
    found: dict[str, tuple[ClassInfo, Any]] = {}
    for holder in info.mro():
        for name, binding in holder.scope().items():
            node = binding.value if binding.kind == "expression" else None
            if node is not None and node[0] == f.CALL and last_name(node[2]).endswith("Field"):
                found.setdefault(name, (holder, node))
    return found
