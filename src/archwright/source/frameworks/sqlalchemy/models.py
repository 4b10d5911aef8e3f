"""SQLAlchemy models as declared: which classes are mapped, their columns, and their relations in both directions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from archwright.source import facts as f
from archwright.source.frameworks.sqlalchemy.bases import adopt
from archwright.source.frameworks.sqlalchemy.declarations import (
    COLLECTIONS,
    NAME,
    WRAPPERS,
    callee_of,
    dict_of,
    first_argument,
    foreign_keys,
    has_orphans,
    head_of,
    is_collection,
    is_false,
    lazy_of,
    names_in,
    takes_new,
    text_of,
    value_of,
)
from archwright.source.frameworks.sqlalchemy.own_columns import bindings_of
from archwright.source.link.module import Binding, Module
from archwright.source.link.project import ClassInfo, Project
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

BASE = "sqlalchemy.orm.DeclarativeBase"
_DECLARATIVE = frozenset({BASE, "sqlalchemy.orm.DeclarativeBaseNoMeta"})
_BASES = _DECLARATIVE | {"flask_sqlalchemy.model.Model"}
_MAPPED_BY = frozenset({"as_declarative", "mapped", "mapped_as_dataclass"})
_COLUMNS = frozenset(
    {"Column", "mapped_column", "column_property", "deferred", "composite", "synonym", "query_expression", "Field"}
)
_RELATIONS = frozenset({"relationship", "relation", "Relationship", "dynamic_loader"})
_PROXIES = frozenset({"AssociationProxy"})
_SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Relation(NamedTuple):
    """A relation of a model, seen from the class that has the attribute."""

    target: str | None
    """Dotted name of the other model; None where it can't be told."""
    many: bool
    lazy: str
    """SQLAlchemy's own word: select, joined, selectin, subquery, immediate, raise, noload, write_only, dynamic."""
    between: bool | None = None
    """True where a table stands between the two; None where the declaration can't be read."""
    orphans: bool = False
    """True where a row that is taken out of the collection is deleted."""
    back: str = ""
    """The relation of the other model that is kept in step with this one; empty: none is known."""
    takes: bool = True
    """True where the session takes in new rows that are put into it (`save-update` among its cascades)."""
    backs_cascade: bool = True
    """False where it is told that a row that comes to it by the other model's relation is not taken in (`cascade_backrefs=False`)."""


class Proxy(NamedTuple):
    """`tags = association_proxy("order_tags", "tag")`: an attribute of the rows of another relation, as if it stood here."""

    relation: str
    attribute: str


class ModelInfo:
    """One mapped class, with what it and its ancestors declare."""

    __slots__ = ("columns", "foreign", "info", "proxies", "relations", "silent", "table")

    def __init__(self, info: ClassInfo) -> None:
        self.info = info
        self.table = ""
        self.columns: set[str] = set()
        self.relations: dict[str, Relation] = {}
        self.silent: set[str] = set()
        """Attributes of which nothing is said: association proxies, relations built by the project's own functions."""
        self.proxies: dict[str, Proxy] = {}
        """Association proxies."""
        self.foreign: set[str] = set()
        """Tables and classes that its columns' foreign keys name."""


class Models:
    """All mapped classes of a project."""

    def __init__(self, project: Project, engine: Engine) -> None:
        self._project = project
        self._engine = engine
        self._mapped: dict[str, bool] = {}
        self._by_short: dict[str, list[ClassInfo]] = {}
        self.models: dict[str, ModelInfo] = {}

    def collect(self) -> None:
        """Read every mapped class of the project: columns first, because a relation's direction rests on foreign keys."""
        self._mapped.update(dict.fromkeys(adopt(self._project, self._engine), True))
        for info in self._project.all_classes():
            if self.is_model(info):
                self._by_short.setdefault(info.short, []).append(info)
                self.models[info.name] = ModelInfo(info)
        for model in self.models.values():
            for name, binding, holder in _declared(self._project, model.info):
                self._column(model, name, binding, holder)
        for model in self.models.values():
            for name, binding, holder in _declared(self._project, model.info):
                self._relation(model, name, binding, holder)

    # --- which classes are mapped ------------------------------------------------------------------------
    def is_model(self, info: ClassInfo) -> bool:
        """True for a class that derives from a declarative base, is mapped by a decorator, or names its table."""
        known = self._mapped.get(info.name)
        if known is None:
            self._mapped[info.name] = False
            known = self._mapped[info.name] = self._is_mapped(info)
        return known

    def _is_mapped(self, info: ClassInfo) -> bool:
        if any(name == "table" and value[0] == f.CONST and value[2] for name, value in info.facts[5]):
            return True
        for decorator in info.facts[6]:
            target = decorator[2] if decorator[0] == f.CALL else decorator
            if target[0] in (f.NAME, f.ATTR) and target[-1] in _MAPPED_BY:
                return True
        if any(self._is_base(info, node) for node in info.facts[4]):
            return True
        scope = info.scope()
        if "__tablename__" not in scope or all(isinstance(base, ClassInfo) for base in _bases_of(info)):
            return False  # all of its ancestors are known, and none is a declarative base: a mixin
        return any(
            binding.kind in ("expression", "annotation") and callee_of(binding) in _COLUMNS - {"Field"}
            for binding in scope.values()
        )

    def _is_base(self, info: ClassInfo, node: tuple[Any, ...]) -> bool:
        found = self._project.resolve_expression(info.module, node)
        if found is not None and found.kind == "class":
            return self.is_model(found.value)
        if found is not None and found.kind == "external":
            return found.value in _BASES or found.value.startswith("advanced_alchemy.base.")
        if found is not None and found.kind not in ("expression", "annotation"):
            return False
        if found is None and node[0] != f.ATTR:
            return False
        type_ = (
            self._engine.found_value(found) if found is not None else self._engine.module_expression(info.module, node)
        ).type
        if type_ is None:
            return False
        if type_[0] == "class":
            return type_[1] is not info and self.is_model(type_[1])
        return type_[0] in ("object", "external") and type_[1] in _BASES

    def named(self, text: str, near: ClassInfo) -> str | None:
        """The model that a string in `relationship("...")` names, seen from a class; None where several would fit."""
        prefix, _, short = text.rpartition(".")
        found = self._by_short.get(short, [])
        if len(found) > 1 and prefix:
            found = [info for info in found if info.name.endswith(text)] or found
        if len(found) > 1:
            found = [info for info in found if info.module is near.module] or found
        if len(found) > 1:
            found = [info for info in found if not is_revision(info.module)] or found
        if len(found) > 1:
            top = near.name.partition(".")[0]
            found = [info for info in found if info.name.partition(".")[0] == top] or found
        return found[0].name if len(found) == 1 else None

    # --- columns -----------------------------------------------------------------------------------------
    def _column(self, model: ModelInfo, name: str, binding: Binding, holder: ClassInfo) -> None:
        if name == "__tablename__" and not model.table:
            node = binding.value
            if binding.kind == "expression" and node[0] == f.CONST and isinstance(node[2], str):
                model.table = node[2]
            return
        if name.startswith("__"):
            return
        callee = callee_of(binding)
        if callee.endswith("proxy") or head_of(binding.value[0] if binding.kind == "annotation" else None) in _PROXIES:
            model.silent.add(name)
            node = value_of(binding)
            if node is not None and node[0] == f.CALL and node[3]:
                through, far = (_text(part) for part in (*node[3], None)[:2])
                if through:
                    model.proxies[name] = Proxy(through, far)
        elif callee in _COLUMNS or (binding.kind == "annotation" and callee not in _RELATIONS):
            head = head_of(binding.value[0]) if binding.kind == "annotation" else ""
            if head == "ClassVar" or (value_of(binding) is None and head != "Mapped" and not _is_sqlmodel(model.info)):
                return  # an annotation that only tells a type checker of something (`query: OurQuery`)
            model.columns.add(name)
            model.foreign.update(foreign_keys(value_of(binding)))

    # --- relations ---------------------------------------------------------------------------------------
    def _relation(self, model: ModelInfo, name: str, binding: Binding, holder: ClassInfo) -> None:
        if name in model.relations or name in model.columns:
            return
        node = value_of(binding)
        annotation = binding.value[0] if binding.kind == "annotation" else None
        if node is None or callee_of(binding) not in _RELATIONS:
            return
        given = dict(node[4])
        given.update(dict_of(given.get("sa_relationship_kwargs")))
        if len(node[3]) > 1:
            given.setdefault("secondary", node[3][1])
        argument = node[3][0] if node[3] else given.get("argument")
        target = self._target(holder, argument) if argument is not None else None
        if target is None and annotation is not None:
            target = self._annotated(holder, annotation)
        lazy = lazy_of(given.get("lazy"))
        if head_of(annotation) == "DynamicMapped" or callee_of(binding) == "dynamic_loader":
            lazy = "dynamic"
        elif head_of(annotation) == "WriteOnlyMapped":
            lazy = "write_only"
        inward = self._points_inward(model, target, given)
        many = self._many(annotation, given, inward)
        secondary = "secondary" in given
        back = given.get("back_populates", given.get("backref"))
        model.relations[name] = Relation(
            target,
            many,
            lazy,
            secondary,
            has_orphans(given),
            text_of(model.info, first_argument(back)) if back is not None else "",
            takes_new(given),
            not is_false(given.get("cascade_backrefs")),
        )
        if holder is model.info or not self.is_model(holder):  # a mapped ancestor has declared it for all of its heirs
            self._backref(model, name, target, given, outward_many="secondary" in given or inward)

    def _points_inward(self, model: ModelInfo, target: str | None, given: dict[str, Any]) -> bool:
        """True where this class holds the key: many rows of it may share one row of the target."""
        if "secondary" in given:
            return False
        keys = given.get("foreign_keys")
        if keys is not None:
            names = names_in(keys)
            if any(name.partition(".")[0] == model.info.short or name in model.columns for name in names):
                return True
        other = self.models.get(target) if target is not None else None
        theirs = other.info.short if other is not None and other is not model else ""
        if keys is not None and theirs and any(name.partition(".")[0] == theirs for name in names_in(keys)):
            return False  # the other class holds the key that is meant, whatever keys point there beside it
        if "remote_side" in given:
            return True
        if other is None or other is model:
            return False
        short = other.info.short
        names = {other.table, short, short.lower(), _SNAKE.sub("_", short).lower()} - {""}
        return bool(model.foreign & names)

    def _many(self, annotation: Any, given: dict[str, Any], inward: bool) -> bool:
        uselist = given.get("uselist")
        if uselist is not None and uselist[0] == f.CONST:
            return bool(uselist[2])
        if annotation is not None:
            return is_collection(annotation)
        return not inward

    def _backref(
        self, model: ModelInfo, here: str, target: str | None, given: dict[str, Any], *, outward_many: bool
    ) -> None:
        node = given.get("backref")
        other = self.models.get(target) if target is not None else None
        if node is None or other is None:
            return
        many, lazy = outward_many, "select"
        inner: dict[str, Any] = {}
        if node[0] == f.CALL:
            inner = dict(node[4])
            lazy = lazy_of(inner.get("lazy"))
            if "uselist" in inner and inner["uselist"][0] == f.CONST:
                many = bool(inner["uselist"][2])
        name = text_of(model.info, first_argument(node))
        if name:
            for heir in self.models.values():
                if other.info in heir.info.mro():
                    back = Relation(
                        model.info.name,
                        many,
                        lazy,
                        "secondary" in given,
                        has_orphans(inner),
                        here,
                        takes_new(inner),
                        not is_false(inner.get("cascade_backrefs")),
                    )
                    heir.relations.setdefault(name, back)

    def _target(self, holder: ClassInfo, node: tuple[Any, ...]) -> str | None:
        if node[0] == f.CONST and isinstance(node[2], str):
            return self.named(node[2], holder)
        if node[0] == f.LAMBDA_EXPR:
            body = body_of(holder.module.units[node[2]])
            return self._target(holder, body[0][2]) if body and body[0][0] == f.RETURN else None
        found = self._project.resolve_expression(holder.module, node)
        return found.value.name if found is not None and found.kind == "class" else None

    def _annotated(self, holder: ClassInfo, node: tuple[Any, ...]) -> str | None:
        """The model in `Mapped[list["Order"]]`, `list["Order"]`, `Mapped["Order | None"]`."""
        if node[0] == f.SUBSCRIPT:
            inner = node[3]
            if inner[0] == f.TUPLE:
                return next((name for part in inner[2] if (name := self._annotated(holder, part))), None)
            return self._annotated(holder, inner)
        if node[0] == f.BINOP:
            return self._annotated(holder, node[3]) or self._annotated(holder, node[4])
        if node[0] == f.CONST and isinstance(node[2], str):
            for word in NAME.findall(node[2]):
                if word not in COLLECTIONS and word not in WRAPPERS and word != "None":
                    return self.named(word, holder)
            return None
        if node[0] in (f.NAME, f.ATTR):
            found = self._project.resolve_expression(holder.module, node)
            if found is not None:
                return found.value.name if found.kind == "class" else None
            return self.named(node[-1], holder)
        return None


def _text(node: Any) -> str:
    return node[2] if node is not None and node[0] == f.CONST and isinstance(node[2], str) else ""


def _bases_of(info: ClassInfo) -> list[ClassInfo | str | None]:
    """Each base of a class and of its ancestors in the project; None: what it is can't be told."""
    found: list[ClassInfo | str | None] = []
    for holder in info.mro():
        known = holder.bases()
        found += known if len(known) >= len(holder.facts[4]) else [*known, None]
    return found


def is_base(info: ClassInfo) -> bool:
    """True for a declarative base itself, which has no table whatever columns it gives its heirs."""
    if any(base in _DECLARATIVE for base in info.bases()):
        return True
    targets = [decorator[2] if decorator[0] == f.CALL else decorator for decorator in info.facts[6]]
    return any(target[0] in (f.NAME, f.ATTR) and target[-1] == "as_declarative" for target in targets)


def _is_sqlmodel(info: ClassInfo) -> bool:
    """True where a plain annotation declares a column."""
    keywords = {name for holder in info.mro() for name, _ in holder.facts[5]}
    return "table" in keywords or any(base.startswith("sqlmodel.") for base in info.external_bases())


def is_revision(module: Module) -> bool:
    """True for a revision script of Alembic: the models in it are those of another time."""
    scope = module.scope()
    return "revision" in scope and "down_revision" in scope


def _declared(project: Project, info: ClassInfo) -> list[tuple[str, Binding, ClassInfo]]:
    """What a class and its ancestors bind, nearest first; a `declared_attr` method stands for what it returns."""
    found: dict[str, tuple[str, Binding, ClassInfo]] = {}
    for holder in info.mro():
        for name, binding in bindings_of(project, holder).items():
            if name in found:
                continue
            if binding.kind == "unit":
                unit = holder.module.units[binding.value]
                if not any("declared_attr" in names_in(decorator) for decorator in unit[5]):
                    continue
                returned = next(
                    (node[2] for node in body_of(unit) if node[0] == f.RETURN and node[2] is not None), None
                )
                if returned is None:
                    continue
                found[name] = (name, Binding("expression", returned), holder)
            elif binding.kind in ("expression", "annotation"):
                found[name] = (name, binding, holder)
    return list(found.values())
