"""Decorators: what stands for a callable, and what a decorator does whenever the decorated function is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.module import Module


def decorate(frame: Frame) -> None:
    """Record what the decorators of a unit do around it, for those that a framework file knows."""
    known = frame.engine.registry.decorator_names
    for node in frame.facts[5]:
        target = node[2] if node[0] == f.CALL else node
        if target[-1] in known and target[0] in (f.NAME, f.ATTR):
            _apply(frame, node, target)


def resulting(frame: Frame, returns: Val) -> Val:
    """What the decorators of a unit make of what it returns, for those that a framework file knows."""
    known = frame.engine.registry.result_names
    for node in reversed(frame.facts[5]):
        if node[0] in (f.NAME, f.ATTR) and node[-1] in known:
            for dotted in dotted_of(frame.engine, frame.module, node):
                handler = frame.engine.registry.results.get(dotted)
                if handler is not None:
                    returns = handler(frame, returns)
    return returns


def _apply(frame: Frame, node: tuple[Any, ...], target: tuple[Any, ...]) -> None:
    engine = frame.engine
    for dotted in dotted_of(engine, frame.module, target):
        handler = engine.registry.decorators.get(dotted)
        if handler is not None:
            args = [engine.module_expression(frame.module, each) for each in node[3]] if node[0] == f.CALL else []
            keywords = (
                {name: engine.module_expression(frame.module, each) for name, each in node[4] if name is not None}
                if node[0] == f.CALL
                else {}
            )
            handler(CallSite(frame, node[1], dotted, None, args, keywords, []))
            return


def dotted_of(engine: Engine, module: Module, node: tuple[Any, ...]) -> tuple[str, ...]:
    """The outside names that an expression at the top level of a module may stand for; empty: the project's own, or untold.

    That is `pkg.name`, or `pkg.Class.name` for an attribute of an instance.
    """
    found = engine.project.resolve_expression(module, node)
    if found is not None and found.kind == "external":
        return (str(found.value),)
    if found is not None and found.kind in ("expression", "class") and node[0] == f.NAME:
        return called_of(engine.found_value(found))
    if node[0] != f.ATTR:
        return ()
    base = engine.module_expression(module, node[2])
    named = tuple(f"{each}.{node[3]}" for each in classes_of(base))
    return named or called_of(engine.module_expression(module, node))


def called_of(value: Val) -> tuple[str, ...]:
    """The outside names that a call of a value may call: through partials, and an outside class through its heirs."""
    type_ = value.type
    if type_ is None:
        return ()
    if type_[0] == "partial":
        return called_of(type_[1])
    if type_[0] == "member":
        return tuple(f"{each}.{type_[2]}" for each in classes_of(type_[1]))
    if type_[0] == "class":
        return tuple(type_[1].external_bases())
    return (str(type_[1]),) if type_[0] == "external" else ()


def classes_of(value: Val) -> tuple[str, ...]:
    """The outside classes that a value is an instance of; for an outside name, the name itself."""
    type_ = value.type
    if type_ is None:
        return ()
    if type_[0] in ("object", "external"):
        return (str(type_[1]),)
    return tuple(type_[1].external_bases()) if type_[0] == "instance" else ()
