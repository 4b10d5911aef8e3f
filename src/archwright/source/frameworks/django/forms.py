"""Django's forms: what their fields let in, and what a ModelForm writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archwright.source import facts as f
from archwright.source.flow import attributes, calls, pasted, stores
from archwright.source.flow.frame import Frame
from archwright.source.flow.own_checks import mentions
from archwright.source.flow.values import NO, NUMBER, UNKNOWN, UNKNOWN_ORIGIN, Query, Row, Val
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.django.kinds import of_kind, sent
from archwright.source.frameworks.django.limited_choices import ALL, limited
from archwright.source.frameworks.django.models import ModelInfo
from archwright.source.frameworks.django.orm import DjangoOrm
from archwright.source.frameworks.django.own_fields import changes, is_field
from archwright.source.frameworks.django.predicates import listed_words
from archwright.source.frameworks.django.rows import HELD, ORM
from archwright.source.frameworks.django.validation import editable
from archwright.source.frameworks.shared.declared import Declaration, last_name, texts
from archwright.source.frameworks.shared.inherited import call_own
from archwright.source.frameworks.shared.queries import conditioned, emit_read
from archwright.source.link.module import Binding
from archwright.source.link.project import ClassInfo, Project
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

MODEL_FORM: Final = "django.forms.ModelForm"
"""Stands for the form that a view or a factory makes of a model: `items["model"]` is the class."""
_MADE_FORM: Final = "django.forms.models.made form"
_MADE_SET: Final = "django.forms.models.made formset"
"""What factories give, under names that no code can say."""
_SAID: Final = "form field"
_CHOSEN: Final = {"ModelChoiceField": False, "ModelMultipleChoiceField": True}
_FORMS: Final = "django.forms."
_FIELDS: Final = (_FORMS, "django.contrib.gis.forms.")
_OF_WIDGETS: Final = frozenset({"render", "get_context", "value_from_datadict", "create_option", "id_for_label"})
"""The methods of widgets that take the name of their field."""
_ACCOUNTS: Final = "django.contrib.auth.forms."


class Forms(Framework):
    """Forms, model forms and sets of them."""

    name = "django_forms"
    packages = ("django",)
    objects = (MODEL_FORM, "django.forms.FormSet")
    aliases: ClassVar[dict[str, str]] = {
        "django.forms.models.ModelForm": MODEL_FORM,
        "django.forms.forms.Form": "django.forms.Form",
        "django.forms.models.modelform_factory": "django.forms.modelform_factory",
        "django.forms.models.modelformset_factory": "django.forms.modelformset_factory",
        "django.forms.models.inlineformset_factory": "django.forms.inlineformset_factory",
        "django.forms.formsets.formset_factory": "django.forms.formset_factory",
    }

    def parameter(self, frame: Frame, index: int, name: str) -> tuple[Any, ...] | None:
        """The name that a widget is given is that of its field: the author of the form writes it down."""
        if name != "name" or frame.owner is None or frame.facts[0] not in _OF_WIDGETS:
            return None
        bases = frame.owner.external_bases()
        return pasted.NAME if any(base.startswith(_FORMS) and base != "django.forms.Form" for base in bases) else None

    def __init__(self) -> None:
        super().__init__()
        self._orm: DjangoOrm | None = None
        self._heirs: dict[int, bool] = {}
        self._hooks: dict[str, Callable[[CallSite, Val], Val]] = {
            "is_valid": self._is_valid,
            "full_clean": self._is_valid,
            "has_changed": lambda call, form: NUMBER,  # noqa: ARG005 - every hook is given both
            "clean": lambda call, form: self._cleaned(call.frame, form, call.position),
            "save": self._save,
            "save_m2m": self._linked,
        }
        self.calls["django.forms.modelform_factory"] = self._factory
        self.calls[_MADE_FORM] = self.calls[_MADE_SET] = made_form
        for name in ("modelformset_factory", "inlineformset_factory", "formset_factory"):
            self.calls[f"django.forms.{name}"] = self._set_factory

    def prepare(self, project: Project, engine: Engine) -> None:
        orm = engine.frameworks_by_name.get(ORM)
        self._orm = orm if isinstance(orm, DjangoOrm) else None

    def claims(self, info: ClassInfo) -> bool:
        return is_form(info)

    # --- instances -----------------------------------------------------------------------------------------
    def construct(self, call: CallSite, info: ClassInfo) -> Val | None:
        """`Form(data, files, instance=...)`."""
        items = _given(call)
        form = Val(("instance", info), (UNKNOWN_ORIGIN,) if call.spread else (), NO, items)
        init = info.method("__init__")
        if init is not None:
            calls.call_unit(call.frame, init, [form, *call.args], call.keywords, call.spread, call.position)
        return form

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        if value.type is None or value.type[0] not in ("instance", "object"):
            return None
        if value.items is not None and name in value.items:
            return value.items[name]
        if value.type[0] == "instance" and value.type[1].lookup(name) is not None:
            return None
        if name == "cleaned_data":
            return self._cleaned(frame, value, position)
        if name == "data":
            return Val(("dict",), sent(_SAID, frame.unit, position))
        if name == "instance":
            model = self._model(frame.engine, value)
            return Val(("row", Row(ORM, model.info.name, None))) if model is not None else None
        return None

    def method(self, call: CallSite) -> Val | None:
        receiver = call.receiver
        if receiver is None or receiver.type is None or receiver.type[0] not in ("instance", "object"):
            return None
        if receiver.type == ("object", "django.forms.FormSet"):
            return self._of_set(call, receiver)
        hook = self._hooks.get(call.name)
        return hook(call, receiver) if hook is not None else None

    # --- in ------------------------------------------------------------------------------------------------
    def _is_valid(self, call: CallSite, form: Val) -> Val:
        """Choices of rows are looked up, then the project's own checks run, then the row is checked."""
        frame, position = call.frame, call.position
        info = form.type[1] if form.type is not None and form.type[0] == "instance" else None
        model = self._model(frame.engine, form)
        declared = {name: (node, holder) for name, node, holder in (_declared(info) if info is not None else ())}
        named = self._columns(frame.engine, form, model) if model is not None else []
        chosen = limited(frame, info) if info is not None else frozenset()
        for name in dict.fromkeys([*declared, *named]):
            relation = model.relations.get(name) if model is not None and name not in declared else None
            query, many = None, False
            kind = self._kind_of(frame.engine, *declared[name]) if name in declared else ""
            if kind in _CHOSEN:
                many = _CHOSEN[kind]
                query = self._choices(frame.engine, declared[name][1], declared[name][0])
            elif relation is not None and relation.target is not None:
                query, many = Query(ORM, relation.target, -1, 0), relation.many
            if query is not None and self._orm is not None and chosen.isdisjoint((name, ALL)):
                self._look_up(frame, query._replace(unit=frame.unit, position=position), position, many=many)
            unit = info.method(f"clean_{name}") if info is not None else None
            if unit is not None:
                calls.call_unit(frame, unit, [form], {}, [], position)
        unit = info.method("clean") if info is not None else None
        if unit is not None:
            calls.call_unit(frame, unit, [form], {}, [], position)
        meta = info.inner("Meta") if info is not None else None
        if (
            info is not None
            and model is not None
            and self._orm is not None
            and meta is not None
            and _takes_all(frame.engine, meta)
        ):
            fields = self._orm.validation.of(model.info.name).fields
            looked = {
                name
                for name in fields
                if name not in named or name in declared or info.method(f"clean_{name}") is not None
            }
            self._orm.validation.exposed(frame, position, model, meta, looked if unit is None else set(fields))
        if model is not None and self._orm is not None:
            entity = model.info.name
            self._orm.validation.keys(frame, position, entity, named)
            if unit is None or self._passes_on(frame.engine.project, unit):
                self._orm.validation.uniques(frame, position, entity, named)
        return NUMBER

    def _look_up(self, frame: Frame, query: Query, position: int, *, many: bool) -> None:
        """The row, or the rows, that a field names."""
        sent_key = Val(("text",), sent(_SAID, frame.unit, position))
        if many:
            narrowed, asked = conditioned(query, None, [(("pk", "in"), sent_key)])
            emit_read(frame, position, narrowed, sent_key.origins, "many", asked)
        elif self._orm is not None:
            rows = Val(("query", query))
            self._orm.method(CallSite(frame, position, "get", rows, [], {"pk": sent_key}, []))

    def _passes_on(self, project: Project, unit: int) -> bool:
        """Whether a form's own `clean` calls the library's, which asks that unique columns be checked."""
        known = self._heirs.get(unit)
        if known is None:
            known = self._heirs[unit] = _calls_super(body_of(project.unit(unit)[1]), "clean")
        return known

    def _cleaned(self, frame: Frame, form: Val, position: int) -> Val:
        """`cleaned_data`: each field lets through what its class does; what a check of the project's own gives is unknown."""
        if form.type is None or form.type[0] != "instance":
            return Val(("dict",), (UNKNOWN_ORIGIN,))
        info: ClassInfo = form.type[1]
        if any(base.startswith(_ACCOUNTS) for base in info.external_bases()):
            return Val(("dict",), (UNKNOWN_ORIGIN,))
        items: dict[Any, Val] = {}
        for name, node, holder in _declared(info):
            items[name] = self._field(frame, holder, node, position)
        model = self._model(frame.engine, form)
        for name in self._columns(frame.engine, form, model) if model is not None else ():
            items.setdefault(name, self._column(frame, model, name, position) if model is not None else UNKNOWN)
        for name, value in items.items():
            if info.method(f"clean_{name}") is not None:
                items[name] = Val(value.type, (UNKNOWN_ORIGIN,))
        return Val(("dict",), () if items else (UNKNOWN_ORIGIN,), NO, items or None)

    def _field(self, frame: Frame, holder: ClassInfo, node: tuple[Any, ...], position: int) -> Val:
        engine = frame.engine
        found = engine.project.resolve_expression(holder.module, node[2])
        if found is not None and found.kind == "class" and changes(found.value):
            return UNKNOWN
        given = Declaration(engine, holder.module, node)
        kind = _kind(found.value, given) if found is not None and found.kind == "class" else given.callee
        if kind in _CHOSEN:
            query = self._choices(engine, holder, node)
            if query is None or query.entity is None:
                return UNKNOWN
            rows = query._replace(flags=query.flags | {HELD, "changed"})
            return Val(("query", rows)) if _CHOSEN[kind] else Val(("row", Row(ORM, query.entity, None)))
        if "validators" in given.keywords:
            return UNKNOWN
        return of_kind(kind, given, _SAID, frame.unit, position)

    @staticmethod
    def _kind_of(engine: Engine, node: tuple[Any, ...], holder: ClassInfo) -> str:
        """The library's class behind a field; empty where the project's own asks in its own way."""
        found = engine.project.resolve_expression(holder.module, node[2])
        given = Declaration(engine, holder.module, node)
        if found is None or found.kind != "class":
            return given.callee
        return "" if changes(found.value) else _kind(found.value, given)

    def _choices(self, engine: Engine, holder: ClassInfo, node: tuple[Any, ...]) -> Query | None:
        given = Declaration(engine, holder.module, node).argument(0, "queryset")
        value = engine.module_expression(holder.module, given) if given is not None else UNKNOWN
        return value.type[1] if value.type is not None and value.type[0] == "query" else None

    def _column(self, frame: Frame, model: ModelInfo, name: str, position: int) -> Val:
        relation = model.relations.get(name)
        if relation is not None:
            if relation.target is None:
                return UNKNOWN
            row = Val(("row", Row(ORM, relation.target, None)))
            return Val(("list",), (), NO, {"*": row}) if relation.many else row
        hit = model.info.lookup(name)
        node = hit[1].value if hit is not None and hit[1].kind == "expression" else None
        if hit is None or node is None or node[0] != f.CALL:
            return UNKNOWN
        given = Declaration(frame.engine, hit[0].module, node)
        if "validators" in given.keywords:
            return UNKNOWN
        return of_kind(given.callee, given, _SAID, frame.unit, position)

    def _columns(self, engine: Engine, form: Val, model: ModelInfo) -> list[str]:
        """The fields of the model that a form fills: those that Meta or a factory names, else all but those left out; only what is editable."""
        meta = form.type[1].inner("Meta") if form.type is not None and form.type[0] == "instance" else None
        said = {}
        for option in ("fields", "exclude"):
            hit = meta.lookup(option) if meta is not None else None
            node = _assigned(hit[1]) if hit is not None else None
            if option == "fields" and node is not None and node[0] in (f.LIST, f.TUPLE) and not node[2]:
                return []
            said[option] = texts(engine, hit[0].module, node) if hit is not None and node is not None else ()
        named = said["fields"] or listed_words((form.items or {}).get("fields"))
        if not named or "__all__" in named:
            named = self._orm.validation.of(model.info.name).fields if self._orm is not None else ()
        return [name for name in named if name not in said["exclude"] and editable(model, name)]

    # --- out -----------------------------------------------------------------------------------------------
    def _save(self, call: CallSite, form: Val) -> Val:
        """`save()` inserts or updates the row; `save(commit=False)` only fills it in."""
        model = self._model(call.frame.engine, form)
        if model is None:
            return UNKNOWN
        instance = (form.items or {}).get("instance")
        held = instance is not None and instance.type is not None and instance.type[0] == "row"
        new = form.items is not None and not form.origins and (instance is None or instance.const is None)
        made = Val(("row", Row(ORM, model.info.name, None, "new")), (), NO, {} if new else None)
        row = instance if held and instance is not None else made
        stores.keep_all(call.frame, call.position, model.info.name, self._kept(call.frame, form, model, call.position))
        commit = call.argument(0, "commit")
        if commit is None or commit.const is not False:
            call_own(call.frame, row, "save", [], call.position)
            self._link(call, form, model, row)
        return row

    def _kept(self, frame: Frame, form: Val, model: ModelInfo, position: int) -> dict[str, Val]:
        """What a form puts into the columns of its row."""
        columns = self._columns(frame.engine, form, model)
        if form.type is None or form.type[0] != "instance":  # the library makes the form of the model
            return {name: self._column(frame, model, name, position) for name in columns}
        data = self._cleaned(frame, form, position).items or {}
        clean = form.type[1].method("clean")
        seen = [name for name in columns if clean is not None and mentions(frame.engine, clean, name)]
        return {name: data.get(name, UNKNOWN) for name in columns if name not in seen}

    def _linked(self, call: CallSite, form: Val) -> Val:
        """`save_m2m()` writes the relations to many that the form holds."""
        model = self._model(call.frame.engine, form)
        if model is not None:
            instance = (form.items or {}).get("instance")
            held = instance is not None and instance.type is not None and instance.type[0] == "row"
            made = Val(("row", Row(ORM, model.info.name, None, "new")))
            self._link(call, form, model, instance if held and instance is not None else made)
        return Val(None, (), None)

    def _link(self, call: CallSite, form: Val, model: ModelInfo, row: Val) -> None:
        for name in self._columns(call.frame.engine, form, model):
            relation = model.relations.get(name)
            if relation is not None and relation.many and relation.target is not None:
                rows = attributes.attribute(call.frame, row, name, call.position)
                call_own(call.frame, rows, "set", [UNKNOWN], call.position)

    def _model(self, engine: Engine, form: Val) -> ModelInfo | None:
        """The model of a ModelForm: of its Meta, or of the factory that made it."""
        models = self._orm.models if self._orm is not None else {}
        class_: Val | None = (form.items or {}).get("model")
        if form.type is not None and form.type[0] == "instance":
            meta = form.type[1].inner("Meta")
            hit = meta.lookup("model") if meta is not None else None
            found = engine.project.resolve_binding(hit[0].module, hit[0], hit[1]) if hit is not None else None
            class_ = engine.found_value(found) if found is not None else class_
        known = class_ is not None and class_.type is not None and class_.type[0] == "class"
        return models.get(class_.type[1].name) if known and class_ is not None and class_.type is not None else None

    # --- factories -----------------------------------------------------------------------------------------
    def _factory(self, call: CallSite) -> Val:
        """`modelform_factory(Model)`: calling what it gives makes a form of the model."""
        form = call.keywords.get("form")
        if form is not None and form.type is not None and form.type[0] == "class":
            return form
        model, fields = (call.argument(index, name) or UNKNOWN for index, name in ((0, "model"), (2, "fields")))
        return Val(("partial", Val(("external", _MADE_FORM)), (model, fields), ()))

    def _set_factory(self, call: CallSite) -> Val:
        formset = call.keywords.get("formset")
        if formset is not None and formset.type is not None and formset.type[0] == "class":
            return formset
        index = 1 if call.name.endswith("inlineformset_factory") else 0
        model = call.argument(index, "model") or UNKNOWN
        return Val(("partial", Val(("external", _MADE_SET)), (model, UNKNOWN), ()))

    def _of_set(self, call: CallSite, formset: Val) -> Val | None:
        """A set of forms saves each of them."""
        if call.name == "is_valid":
            return NUMBER
        model = self._model(call.frame.engine, formset)
        if call.name != "save" or model is None:
            return None
        row = Val(("row", Row(ORM, model.info.name, None, "new")))
        commit = call.argument(0, "commit")
        if commit is None or commit.const is not False:
            call_own(call.frame, row, "save", [], call.position)
        return Val(("list",), (), NO, {"*": row})


def _assigned(binding: Binding) -> Any:
    """What a class body gives a name, with an annotation or without; None: nothing that can be read."""
    if binding.kind == "annotation":
        return binding.value[1]
    return binding.value if binding.kind == "expression" else None


def _takes_all(engine: Engine, meta: ClassInfo) -> bool:
    """True where Meta says `fields = "__all__"`, or only what is left out."""
    hit = meta.lookup("fields")
    node = _assigned(hit[1]) if hit is not None else None
    if hit is None or node is None:
        return meta.lookup("exclude") is not None
    return "__all__" in texts(engine, hit[0].module, node)


def made_form(call: CallSite) -> Val:
    """A form, or a set of forms, of the model that a factory was given."""
    kind = "django.forms.FormSet" if call.name.endswith("formset") else MODEL_FORM
    model, fields = call.args[:2] if len(call.args) > 1 else (UNKNOWN, UNKNOWN)
    rest = CallSite(call.frame, call.position, call.name, None, call.args[2:], call.keywords, call.spread)
    return Val(("object", kind), (), NO, {"model": model, "fields": fields, **_given(rest)})


def is_form(info: ClassInfo) -> bool:
    """True for a project class that is a form: by its ancestor, or as that comes from a library and the class declares fields of Django's."""
    bases = info.external_bases()
    return (
        any(
            base.startswith(("django.forms.", "django.contrib.auth.forms."))
            and base.endswith(("Form", "FormSet", "FormMixin"))
            for base in bases
        )
        or any(base.endswith(("forms.ModelForm", "forms.Form")) for base in bases)
        or (any(base.endswith("Form") for base in bases) and any(map(_djangos, _declared(info))))
    )


def _djangos(declared: tuple[str, tuple[Any, ...], ClassInfo]) -> bool:
    """True for a field of a form by Django's class, or one that comes from it."""
    _, node, holder = declared
    found = holder.project.resolve_expression(holder.module, node[2])
    if found is None or found.kind not in ("class", "external"):
        return False
    named = found.value.external_bases() if found.kind == "class" else (str(found.value),)
    return any(base.startswith(_FIELDS) for base in named)


def _given(call: CallSite) -> dict[Any, Val]:
    """The data and the row that a form is made with."""
    instance = call.keywords.get("instance")
    return {"instance": instance} if instance is not None else {}


def _declared(info: ClassInfo) -> list[tuple[str, tuple[Any, ...], ClassInfo]]:
    """The fields in the class bodies, ancestors first: name, call and class."""
    found: dict[str, tuple[str, tuple[Any, ...], ClassInfo]] = {}
    for holder in reversed(info.mro()):
        for name, binding in holder.scope().items():
            node = binding.value if binding.kind == "expression" else None
            if node is not None and node[0] == f.CALL and is_field(holder, node):
                found[name] = (name, node, holder)
    return list(found.values())


def _calls_super(body: Any, name: str) -> bool:
    """Whether `super().name(...)` stands somewhere in statements."""
    return any(
        node[0] == f.ATTR and node[3] == name and node[2][0] == f.CALL and last_name(node[2][2]) == "super"
        for node in nodes(body)
    )


def _kind(info: ClassInfo, given: Declaration) -> str:
    bases = [base.rpartition(".")[2] for base in info.external_bases()]
    return next((base for base in bases if base.endswith("Field")), given.callee)
