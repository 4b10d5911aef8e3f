"""Django's migrations: what each operation does to the schema, and the functions that run between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Entry, Framework
from archwright.source.frameworks.shared.declared import Declaration, elements, last_name
from archwright.source.frameworks.shared.inherited import own_place, own_unit
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_MIGRATION: Final = "django.db.migrations.Migration"
_OPERATIONS: Final = {
    "CreateModel": ("name", "create table", ""),
    "DeleteModel": ("name", "drop table", ""),
    "RenameModel": ("old_name", "rename table to", "new_name"),
    "AlterModelTable": ("name", "rename table to", "table"),
    "AlterUniqueTogether": ("name", "alter unique constraints", ""),
    "AlterIndexTogether": ("name", "alter indexes", ""),
    "AddField": ("model_name", "add column", "name"),
    "RemoveField": ("model_name", "drop column", "name"),
    "AlterField": ("model_name", "alter column", "name"),
    "RenameField": ("model_name", "rename column", "old_name"),
    "AddIndex": ("model_name", "add index", ""),
    "AddIndexConcurrently": ("model_name", "add index concurrently", ""),
    "RemoveIndex": ("model_name", "drop index", "name"),
    "RemoveIndexConcurrently": ("model_name", "drop index concurrently", "name"),
    "RenameIndex": ("model_name", "rename index", "old_name"),
    "AddConstraint": ("model_name", "add constraint", ""),
    "RemoveConstraint": ("model_name", "drop constraint", "name"),
}
"""Operation -> the argument that names the model, what it does, and the argument that says to what."""


class Migrations(Framework):
    """Migration classes."""

    name = "django_migrations"
    packages = ("django",)
    aliases = {"django.db.migrations.migration.Migration": _MIGRATION}  # noqa: RUF012 - as the base declares it

    def claims(self, info: ClassInfo) -> bool:
        return _MIGRATION in info.external_bases()

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Each migration, as a unit that changes the schema, and the functions of its RunPython operations."""
        for module in project.modules:
            if "migrations" not in module.path or "Migration" not in module.scope():
                continue
            for index in range(len(module.classes)):
                info = project.class_at(module, index)
                if self.claims(info):
                    own_unit(project, info, "apply", ())
                    yield from self._functions(project, info)

    @staticmethod
    def _functions(project: Project, info: ClassInfo) -> Iterator[Entry]:
        for node in _operations(info):
            if last_name(node[2]) == "RunPython":
                for target in (*node[3], *(value for _, value in node[4])):
                    found = project.resolve_expression(info.module, target)
                    if found is not None and found.kind == "unit":
                        names = [param[0] for param in project.unit(found.value)[1][4]]
                        given = {names[0]: Val(("object", "django.apps.registry.Apps"))} if names else {}
                        yield Entry(found.value, given)

    def method(self, call: CallSite) -> Val | None:
        receiver = call.receiver
        if call.name != "apply" or receiver is None or receiver.type is None or receiver.type[0] != "instance":
            return None
        info: ClassInfo = receiver.type[1]
        for node in _operations(info):
            told = _OPERATIONS.get(last_name(node[2]))
            if told is not None:
                self._changed(call, info, node, *told)
        return Val(None, (), None)

    @staticmethod
    def _changed(call: CallSite, info: ClassInfo, node: tuple[Any, ...], named: str, does: str, to: str) -> None:
        given = Declaration(call.frame.engine, info.module, node)
        model = given.text(named, 0)
        if model is None:
            return
        target = given.text(to, 1) if to else None
        table = f"{_app(info)}_{model.lower()}"
        options = given.keywords.get("options")
        for key, value in options[2] if options is not None and options[0] == f.DICT else ():
            if key is not None and key[0] == f.CONST and key[2] == "db_table" and value[0] == f.CONST:
                table = str(value[2])
        change = f"{does} {target}" if target else does
        call.frame.emit("SchemaChange", own_place(call.frame, info, node, call.position), table=table, change=change)


def _operations(info: ClassInfo) -> Iterator[tuple[Any, ...]]:
    """The calls in `operations`, those inside of SeparateDatabaseAndState that reach the database included."""
    hit = info.scope().get("operations")
    for node in elements(hit.value) if hit is not None and hit.kind == "expression" else ():
        if node[0] != f.CALL:
            continue
        if last_name(node[2]) == "SeparateDatabaseAndState":
            inner = dict(node[4]).get("database_operations") or (node[3][0] if node[3] else None)
            yield from (part for part in elements(inner) if part[0] == f.CALL)
        else:
            yield node


def _app(info: ClassInfo) -> str:
    """The label of the app: the package that holds `migrations`."""
    return info.module.name.partition(".migrations")[0].rpartition(".")[2]
