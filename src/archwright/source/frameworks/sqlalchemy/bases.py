"""Bases of models that only values tell of: `db.Model`, where the extension was given a class of the project.

`declarative_base(cls=Ours)` and `SQLAlchemy(model_class=Ours)` make a base that derives from `Ours`, so that its methods
(`get`, `query`, `save`) are those of every model. Names alone don't lead there; the class is added to the bases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.flow.values import NO, Query, Val
from archwright.source.frameworks.base import CallSite, Handler
from archwright.source.link.module import Binding
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_GIVEN: Final = "given class"
"""The item under which a base, or the extension that offers one, holds the class that it was given."""


def given(dotted: str, keyword: str, index: int = -1) -> Handler:
    """The handler of a call that gives a base, or the extension, and may be given a class."""

    def handler(call: CallSite) -> Val:
        value = call.argument(index, keyword)
        held = (value.items or {}).get(_GIVEN, value) if value is not None else None
        known = held is not None and held.type is not None and held.type[0] == "class"
        return Val(("object", dotted), (), NO, {_GIVEN: held} if known and held is not None else None)

    return handler


def adopt(project: Project, engine: Engine) -> set[str]:
    """Add the classes that bases were given to the bases of the models, once, before anything else is asked of them.

    Returns the names of the classes whose base a factory or the extension made: they are models.
    """
    made: dict[tuple[Any, ...], tuple[ClassInfo | None, bool]] = {}
    mapped: set[str] = set()
    for info in project.all_classes():
        for node in info.facts[4]:
            if node[0] not in (f.NAME, f.ATTR):
                continue
            key = (info.module.index, *_path(node))
            if key not in made:
                made[key] = _behind(project, engine, info, node)
            base, factory = made[key]
            if base is not None:
                info.adopt(base)
                if factory:
                    mapped.add(info.name)
    if any(base is not None for base, _ in made.values()):
        for info in project.all_classes():
            info.renew()
    return mapped


def query_class(engine: Engine, info: ClassInfo, declared: tuple[ClassInfo, Binding] | None) -> str | None:
    """The project's class of `Model.query`: Flask-SQLAlchemy's `query_class`, or what the model annotates `query` with."""
    hit = info.lookup("query_class")
    if hit is not None and hit[1].kind == "expression":
        found = engine.project.resolve_expression(hit[0].module, hit[1].value)
        return found.value.name if found is not None and found.kind == "class" else None
    if declared is not None and declared[1].kind == "annotation":
        type_ = engine.annotated(declared[0].module, declared[1].value[0])
        return type_[1].name if type_ is not None and type_[0] == "instance" else None
    return None


def own_method(call: CallSite, query: Query) -> int | None:
    """The method of the project's query class that is called; None: it has none of that name, or calls the library's itself."""
    if query.manager is None:
        return None
    info = call.frame.engine.project.class_named(query.manager)
    unit = info.method(call.name) if info is not None else None
    return unit if unit != call.frame.unit else None


def _behind(project: Project, engine: Engine, info: ClassInfo, node: tuple[Any, ...]) -> tuple[ClassInfo | None, bool]:
    """The class behind a base that names don't lead to, and whether a factory or the extension was given it."""
    found = project.resolve_expression(info.module, node)
    if found is not None and found.kind not in ("expression", "annotation"):
        return None, False
    value = engine.found_value(found) if found is not None else engine.module_expression(info.module, node)
    held = _held(value)
    if held is None and node[0] == f.ATTR and node[3] == "Model":
        held = _held(engine.module_expression(info.module, node[2]))
    if held is not None and held.type is not None:
        return held.type[1], True
    by_value = found is None and node[0] == f.ATTR and value.type is not None and value.type[0] == "class"
    return (value.type[1] if by_value and value.type is not None else None), False


def _held(value: Val) -> Val | None:
    return value.items.get(_GIVEN) if value.items is not None else None


def _path(node: tuple[Any, ...]) -> tuple[Any, ...]:
    """A name or dotted name, wherever it is written."""
    if node[0] == f.NAME:
        return (node[2],)
    return (*_path(node[2]), node[3]) if node[0] == f.ATTR else (node,)
