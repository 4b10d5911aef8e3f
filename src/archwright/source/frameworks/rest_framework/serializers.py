"""Django REST framework's serializers: what they let in, what they write, and which relations they touch of each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.flow import attributes, calls, stores, turns
from archwright.source.flow.frame import Frame
from archwright.source.flow.loops import loop_element
from archwright.source.flow.own_checks import mentions
from archwright.source.flow.values import NO, NUMBER, UNKNOWN, UNKNOWN_ORIGIN, Row, Val, join_origins
from archwright.source.frameworks.base import CallSite, Entry, Framework
from archwright.source.frameworks.django.generic_views import REQUEST
from archwright.source.frameworks.django.models import ModelInfo, Relation
from archwright.source.frameworks.django.orm import DjangoOrm
from archwright.source.frameworks.django.rows import ORM
from archwright.source.frameworks.rest_framework.chosen import ALL, looked_at
from archwright.source.frameworks.rest_framework.fields import Shape, is_serializer
from archwright.source.frameworks.rest_framework.incoming import Incoming
from archwright.source.frameworks.rest_framework.outgoing import represent
from archwright.source.frameworks.shared.inherited import call_own, own_unit
from archwright.source.frameworks.shared.queries import emit_write
from archwright.source.link.module import UNIT_BITS
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

NAME: Final = "rest_framework_serializers"


class Serializers(Framework):
    """Serializers."""

    name = NAME
    packages = ("rest_framework",)

    def __init__(self) -> None:
        super().__init__()
        self._shapes: dict[str, Shape] = {}
        self._looked_at: dict[str, frozenset[str]] = {}
        self._engine: Engine | None = None
        self._hooks: dict[str, Callable[[CallSite, Val, ClassInfo], Val | None]] = {
            "is_valid": self._is_valid,
            "run_validation": self._run_validation,
            "to_internal_value": self._run_validation,
            "validate": self._validate,
            "save": self._save,
            "create": self._create,
            "update": self._update,
            "to_representation": self._to_representation,
        }

    # --- what the project declares -------------------------------------------------------------------------
    def prepare(self, project: Project, engine: Engine) -> None:
        self._engine = engine

    def claims(self, info: ClassInfo) -> bool:
        return is_serializer(info)

    def shape(self, info: ClassInfo) -> Shape:
        """The fields of a serializer class."""
        known = self._shapes.get(info.name)
        if known is None:
            assert self._engine is not None
            known = Shape(self._engine, info, self._models())
            self._shapes[info.name] = known
        return known

    def looks_at(self, info: ClassInfo, field: str) -> bool:
        """True where code of a serializer class may look at the rows that a field lets through."""
        known = self._looked_at.get(info.name)
        if known is None:
            known = self._looked_at[info.name] = looked_at(info)
        return field in known or ALL in known

    def relation(self, entity: str, name: str) -> Relation | None:
        """A relation of a model; None for what is none."""
        model = self._models().get(entity)
        return model.relations.get(name) if model is not None else None

    def is_file(self, entity: str, name: str) -> bool:
        """Whether a column of a model holds files."""
        model = self._models().get(entity)
        return model is not None and name in model.files

    def forward(self, entity: str) -> list[str]:
        """The relations that a model declares itself."""
        model = self._models().get(entity)
        return [name for name in sorted(model.relations) if model.info.lookup(name) is not None] if model else []

    def _models(self) -> dict[str, ModelInfo]:
        orm = self._engine.frameworks_by_name.get(ORM) if self._engine is not None else None
        return orm.models if isinstance(orm, DjangoOrm) else {}

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Hooks of serializers: the library calls them with what the fields let through."""
        for info in project.all_classes():
            if not info.facts[4] or not is_serializer(info):
                continue
            own_unit(project, info, "to_representation", ("instance",))
            for binding in info.scope().values():
                if binding.kind == "unit":
                    unit = info.module.index << UNIT_BITS | int(binding.value)
                    given = self._given(engine, info, unit)
                    if given:
                        yield Entry(unit, given)

    def _given(self, engine: Engine, info: ClassInfo, unit: int) -> dict[str, Val]:
        _, facts = engine.project.unit(unit)
        names = [param[0] for param in facts[4]]
        if facts[0] in ("create", "update", "validate") and len(names) > 1:
            wanted = names[2] if facts[0] == "update" and len(names) > 2 else names[1]
            return {wanted: Incoming(engine, self, unit, facts[2]).data(info)}
        if facts[0].startswith("validate_") and len(names) > 1:
            field = next((each for each in self.shape(info).fields if each.name == facts[0][9:]), None)
            if field is not None:
                return {names[1]: Incoming(engine, self, unit, facts[2]).field(self.shape(info), field)}
        return {}

    def parameter(self, frame: Frame, index: int, name: str) -> tuple[Any, ...] | None:
        """The row that a method field or a representation is about."""
        if index != 1 or frame.owner is None or not is_serializer(frame.owner):
            return None
        method = str(frame.facts[0])
        if method.startswith("get_") or method in ("to_representation", "update"):
            model = self.shape(frame.owner).model
            return ("row", Row(ORM, model.info.name, None)) if model is not None else None
        return None

    # --- instances -----------------------------------------------------------------------------------------
    def construct(self, call: CallSite, info: ClassInfo) -> Val | None:
        """`Serializer(instance, data=..., many=True)`."""
        items: dict[Any, Val] = {}
        for index, name in enumerate(("instance", "data")):
            value = call.argument(index, name)
            if value is not None:
                items["instance" if name == "instance" else "initial_data"] = value
        for name in ("context", "partial", "many"):
            if name in call.keywords:
                items[name] = call.keywords[name]
        serializer = Val(("instance", info), (UNKNOWN_ORIGIN,) if call.spread else (), NO, items)
        init = info.method("__init__")
        if init is not None:
            calls.call_unit(call.frame, init, [serializer, *call.args], call.keywords, call.spread, call.position)
        return serializer

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        if value.type is None or value.type[0] != "instance":
            return None
        info: ClassInfo = value.type[1]
        if info.lookup(name) is not None:
            return None
        if name == "validated_data":
            data = Incoming(frame.engine, self, frame.unit, position).data(info)
            return _many_of(data) if _is_many(value) else data
        if name == "data":
            return self._data(frame, value, info, position)
        if name in ("context", "_context"):
            return Val(("dict",), (), NO, {"request": Val(("object", REQUEST))})
        if name == "instance":
            model = self.shape(info).model
            return Val(("row", Row(ORM, model.info.name, None))) if model is not None else None
        if name in ("errors", "initial_data"):
            return Val(("dict",), Incoming(frame.engine, self, frame.unit, position).origins())
        return None

    def method(self, call: CallSite) -> Val | None:
        receiver = call.receiver
        if receiver is None or receiver.type is None or receiver.type[0] != "instance":
            return None
        hook = self._hooks.get(call.name)
        return hook(call, receiver, receiver.type[1]) if hook is not None else None

    # --- in ------------------------------------------------------------------------------------------------
    def _is_valid(self, call: CallSite, serializer: Val, info: ClassInfo) -> Val:
        """Fields look up the rows that related fields name, then the project's own checks run."""
        incoming = Incoming(call.frame.engine, self, call.frame.unit, call.position)
        incoming.look_up(call.frame, self.shape(info), call.position)
        self._checks(call, serializer, info, incoming)
        return NUMBER

    def _run_validation(self, call: CallSite, serializer: Val, info: ClassInfo) -> Val:
        return Incoming(call.frame.engine, self, call.frame.unit, call.position).data(info)

    def _validate(self, call: CallSite, serializer: Val, info: ClassInfo) -> Val | None:
        return call.argument(0, "attrs")

    def _checks(self, call: CallSite, serializer: Val, info: ClassInfo, incoming: Incoming) -> None:
        shape = self.shape(info)
        for field in shape.fields:
            unit = info.method(f"validate_{field.name}")
            if unit is not None and not field.read_only:
                value = incoming.field(shape, field)
                calls.call_unit(call.frame, unit, [serializer, value], {}, [], call.position)
        unit = info.method("validate")
        if unit is not None:
            calls.call_unit(call.frame, unit, [serializer, incoming.data(info)], {}, [], call.position)

    def _save(self, call: CallSite, serializer: Val, info: ClassInfo) -> Val:
        """`save(**more)` runs `update` where there is an instance, else `create`."""
        data = Incoming(call.frame.engine, self, call.frame.unit, call.position).data(info)
        if data.items is not None:
            check = info.method("validate")
            for name, value in data.items.items():
                if check is not None and value.origins and mentions(call.frame.engine, check, name):
                    data.items[name] = Val(value.type, (UNKNOWN_ORIGIN,))
            data.items.update(call.keywords)
        instance = (serializer.items or {}).get("instance")
        entered = turns.enter(call.frame)
        if _is_many(serializer):
            loop_element(call.frame, _NO_NODE, _many_of(data), call.position)
        if instance is not None and instance.const is not None and not _is_many(serializer):
            made = call_own(call.frame, serializer, "update", [instance, data], call.position)
        else:
            made = call_own(call.frame, serializer, "create", [data], call.position)
        turns.leave(call.frame, entered)
        if serializer.items is not None and not _is_many(serializer):
            serializer.items["instance"] = made
        return made

    def _create(self, call: CallSite, serializer: Val, info: ClassInfo) -> Val:
        model = self.shape(info).model
        if model is None:
            return UNKNOWN
        data = call.argument(0, "validated_data")
        given = {str(name): item for name, item in ((data.items if data is not None else None) or {}).items()}
        rows = attributes.class_attribute(call.frame, model.info, "_default_manager", call.position)
        made = call_own(call.frame, rows, "create", [], call.position, **given)
        return Val(made.type, made.origins, NO, made.items)

    def _update(self, call: CallSite, serializer: Val, info: ClassInfo) -> Val:
        instance = call.argument(0, "instance")
        model = self.shape(info).model
        data = call.argument(1, "validated_data")
        if model is not None and data is not None and data.items:
            stores.keep_all(call.frame, call.position, model.info.name, data.items)
        if instance is not None and instance.type is not None and instance.type[0] == "row":
            call_own(call.frame, instance, "save", [], call.position)
        elif model is not None:
            row = Row(ORM, model.info.name, None)
            emit_write(call.frame, call.position, model.info.name, "save", (), row=row)
        return instance if instance is not None else UNKNOWN

    # --- out -----------------------------------------------------------------------------------------------
    def _data(self, frame: Frame, serializer: Val, info: ClassInfo, position: int) -> Val:
        instance = (serializer.items or {}).get("instance")
        if instance is None or instance.type is None:
            return Val(None, (UNKNOWN_ORIGIN,))
        made = self.shown(frame, serializer, info, instance, position)
        return Val(made.type, join_origins(made.origins, (UNKNOWN_ORIGIN,)), NO, made.items)

    def shown(self, frame: Frame, serializer: Val, info: ClassInfo, instance: Val, position: int) -> Val:
        """What a serializer makes of a row, or of each of many."""
        if instance.type is not None and instance.type[0] in ("query", "list", "set", "tuple", "generator"):
            entered = turns.enter(frame)
            element = loop_element(frame, _NO_NODE, instance, position)
            made = self._one(frame, serializer, info, element, position)
            turns.leave(frame, entered)
            return Val(("list",), (), NO, {"*": made})
        return self._one(frame, serializer, info, instance, position)

    def _one(self, frame: Frame, serializer: Val, info: ClassInfo, row: Val, position: int) -> Val:
        if row.type is None or row.type[0] not in ("row", "instance", "object", "dict"):
            return UNKNOWN
        unit = info.scope().get("to_representation")
        found = info.module.index << UNIT_BITS | int(unit.value) if unit is not None and unit.kind == "unit" else None
        found = found if found is not None else frame.engine.project.implied.get(f"{info.name}.to_representation")
        if found is None:
            return UNKNOWN
        # which rows it was made for is told by the row: each serializer of a class is alike
        plain = Val(serializer.type, (), NO, {k: v for k, v in (serializer.items or {}).items() if k == "context"})
        return calls.call_unit(frame, found, [plain, row], {}, [], position)

    def _to_representation(self, call: CallSite, serializer: Val, info: ClassInfo) -> Val:
        row = call.argument(0, "instance")
        if row is None:
            return UNKNOWN
        return represent(self, call.frame, serializer, info, row, call.position)


_NO_NODE: Final = (f.CONST, 0, None)


def _is_many(serializer: Val) -> bool:
    many = (serializer.items or {}).get("many")
    return many is not None and many.const is True


def _many_of(value: Val) -> Val:
    return Val(("list",), (), NO, {"*": value})
