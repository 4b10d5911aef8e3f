"""Settings that code reads from the environment: os.environ, environs and django-environ, decouple, Starlette, pydantic-settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from archwright.model.base import Place
from archwright.model.system import EnvironmentSetting
from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import last_name, written
from archwright.source.link.module import Module
from archwright.source.link.project import ClassInfo, Project
from archwright.source.packed import body_of
from archwright.source.tests_left_out import is_test

_GETTERS: Final = frozenset(
    {"os.getenv", "os.environ.get", "os.environ.setdefault", "os.environ.pop", "decouple.config"}
)
_READERS: Final = frozenset(
    {"environ.Env", "environ.FileAwareEnv", "environs.Env", "starlette.config.Config", "decouple.Config"}
)
_SETTINGS: Final = ("pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic_settings.main.BaseSettings")
_SECRET: Final = re.compile(
    r"SECRET|PASSW|TOKEN|PRIVATE|CREDENTIAL|API_?KEY|ACCESS_?KEY|_KEY$|DSN$|DATABASE_URL", re.IGNORECASE
)
"""Names whose defaults are not shown: what they hold may be a secret, or hold one as an address does."""
WORDS: Final = (b"environ", b"getenv", b"decouple", b"starlette.config", b"BaseSettings")
"""A module whose facts hold none of these reads no setting."""


def environment(project: Project, modules: list[Module]) -> tuple[EnvironmentSetting, ...]:
    """The settings that some modules read, by name; of several places the first that gives a default counts."""
    found: dict[str, EnvironmentSetting] = {}
    for module in modules:
        if is_test(module.path):
            continue
        for setting in (*_read(project, module), *_declared(project, module)):
            known = found.get(setting.name)
            if known is None or (known.default is None and setting.default is not None):
                found[setting.name] = setting
    return tuple(found[name] for name in sorted(found))


def _read(project: Project, module: Module) -> Iterator[EnvironmentSetting]:
    """`os.environ["X"]`, `os.getenv("X", "1")`, `env.bool("X", default=False)`, `config("X", cast=int)`."""
    for unit in module.units:
        todo: list[Any] = [body_of(unit), unit[5], unit[4]]
        while todo:
            node = todo.pop()
            if node and node[0] == f.CALL and len(node) == 5 and isinstance(node[2], tuple) and node[3]:
                if _reads(project, module, node[2]):
                    yield from _setting(module, node, node[3][0], _default(node))
            elif _is_item(node) and _dotted(project, module, node[2]) == "os.environ":
                yield from _setting(module, node, node[3], None)
            todo.extend(part for part in node if isinstance(part, tuple))


def _is_item(node: Any) -> bool:
    """True for `a.b[...]`."""
    return bool(
        node and node[0] == f.SUBSCRIPT and len(node) == 4 and isinstance(node[2], tuple) and node[2][0] == f.ATTR
    )


def _reads(project: Project, module: Module, function: Any) -> bool:
    if function[0] not in (f.NAME, f.ATTR):
        return False
    if function[0] == f.NAME and function[2] not in module.scope():
        return False
    if _dotted(project, module, function) in _GETTERS:
        return True
    holder = function if function[0] == f.NAME else function[2]
    found = project.resolve_expression(module, holder) if holder[0] in (f.NAME, f.ATTR) else None
    if found is None or found.kind != "expression" or found.value[2][0] != f.CALL:
        return False
    return _dotted(project, found.value[0], found.value[2][2]) in _READERS


def _dotted(project: Project, module: Module, node: Any) -> str:
    found = project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
    return str(found.value) if found is not None and found.kind == "external" else ""


def _default(call: Any) -> Any:
    keywords = dict(call[4])
    return keywords.get("default", call[3][1] if len(call[3]) > 1 else None)


def _setting(module: Module, node: Any, name: Any, default: Any) -> Iterator[EnvironmentSetting]:
    if name[0] == f.CONST and isinstance(name[2], str) and name[2].isprintable() and 0 < len(name[2]) < 80:
        yield _made(name[2], default, Place(module.path, f.line_of(node[1]), f.column_of(node[1])))


def _made(name: str, default: Any, place: Place) -> EnvironmentSetting:
    secret = _SECRET.search(name) is not None
    said = None if default is None or secret else _written(default)
    return EnvironmentSetting(name=name, default=said, secret=secret, place=place)


def _written(node: Any) -> str:
    return str(node[2]) if node[0] == f.CONST else written(node)


def _declared(project: Project, module: Module) -> Iterator[EnvironmentSetting]:
    """The fields of pydantic's settings, with the prefix that the class gives them."""
    for index in range(len(module.classes)):
        info: ClassInfo = project.class_at(module, index)
        if not any(base in _SETTINGS for base in info.external_bases()):
            continue
        prefix = _prefix(info)
        for node in info.facts[7]:
            if node[0] == f.ANNASSIGN and node[2][0] == f.NAME and node[2][2] not in ("model_config", "Config"):
                secret_type = "Secret" in written(node[3])
                made = _made(
                    _alias(node[4]) or f"{prefix}{node[2][2]}".upper(),
                    _field_default(node[4]),
                    Place(module.path, f.line_of(node[1]), f.column_of(node[1])),
                )
                yield EnvironmentSetting(
                    name=made.name,
                    default=None if secret_type else made.default,
                    secret=made.secret or secret_type,
                    place=made.place,
                )


def _field_default(value: Any) -> Any:
    if value is not None and value[0] == f.CALL and last_name(value[2]) == "Field":
        given = dict(value[4]).get("default", value[3][0] if value[3] else None)
        return None if given is not None and given[0] == f.CONST and given[2] is Ellipsis else given
    return value


def _alias(value: Any) -> str:
    """`Field(validation_alias="X")` or pydantic 1's `Field(env="X")`."""
    if value is None or value[0] != f.CALL:
        return ""
    keywords = dict(value[4])
    given = keywords.get("validation_alias") or keywords.get("alias") or keywords.get("env")
    return given[2] if given is not None and given[0] == f.CONST and isinstance(given[2], str) else ""


def _prefix(info: ClassInfo) -> str:
    hit = info.lookup("model_config")
    if hit is not None and hit[1].kind == "expression" and hit[1].value[0] == f.CALL:
        given = dict(hit[1].value[4]).get("env_prefix")
        if given is not None and given[0] == f.CONST:
            return str(given[2])
    inner = info.inner("Config")
    binding = inner.scope().get("env_prefix") if inner is not None else None
    if binding is not None and binding.kind == "expression" and binding.value[0] == f.CONST:
        return str(binding.value[2])
    return ""
