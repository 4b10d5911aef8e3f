"""A code base surveyed: its architecture as found, as a blueprint."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from archwright.model.blueprint import BLUEPRINT_VERSION, Blueprint
from archwright.model.entity import Entity
from archwright.model.physical import Physical, Table
from archwright.model.quantity import Duration
from archwright.model.system import Channel, Peer, System
from archwright.source.load import MAX_BYTES
from archwright.source.parse.text import decode
from archwright.source.program import Program, analyse, uncollected
from archwright.source.survey.accesses import WANTED, Accesses
from archwright.source.survey.operations import operations
from archwright.source.survey.outside import UNKNOWN_PEER
from archwright.source.survey.processes import processes
from archwright.source.survey.project_facts import project_facts
from archwright.source.survey.schema_source import schema_text
from archwright.source.survey.tables import entity_of
from archwright.source.tests_left_out import is_test
from archwright.sql.read_schema import read_schema

__all__ = ["declared", "survey"]


@uncollected()
def survey(
    path: str | os.PathLike[str],
    *,
    sql: Iterable[str | os.PathLike[str]] = (),
    cache: str | os.PathLike[str] | None = None,
    workers: int | None = None,
) -> tuple[Blueprint, Program]:
    """The blueprint of the code below a directory, and the program it was read from. Nothing is imported or run.

    Places are relative to the directory. sql: files or addresses of databases whose tables are read too; without any, the
    project's own SQL files are read where no ORM declares entities. Raises OSError for a file of `sql` that can't be
    read, QueryError for a database.
    """
    root = Path(path)
    program = analyse(["."], wanted=WANTED, cache=cache, workers=workers, root=root, presume=True)
    entities = declared(program)
    tables: list[Table] = []
    for name, text in [schema_text(str(each)) for each in sql]:
        _add(entities, tables, name, text)
    if not entities:
        for name in _sql_files(program):
            _add(entities, tables, name, _read(root, name))
    listed = tuple(entities[name] for name in sorted(entities))
    accesses = Accesses(program, listed)
    found = operations(program, accesses, listed)
    facts = project_facts(program, root, lambda name: _read(root, name))
    peers = tuple(
        Peer(name=name, timeout=Duration(limit) if limit is not None else None)
        for name, limit in sorted(accesses.peers().items(), key=lambda item: (item[0] == UNKNOWN_PEER, item[0]))
    )
    channels = {channel.name: channel for channel in accesses.channels()}
    for operation in found:
        for name in operation.access.publishes:
            channels.setdefault(name, Channel(name=name, place=operation.place))
    system = System(
        name=root.resolve().name or "project",
        entities=listed,
        operations=found,
        channels=tuple(channels[name] for name in sorted(channels)),
        peers=peers,
        facts=facts,
    )
    physical = Physical(tables=tuple(tables), processes=processes(root, facts, found, lambda name: _read(root, name)))
    return Blueprint(version=BLUEPRINT_VERSION, system=system, physical=physical), program


def declared(program: Program) -> dict[str, Entity]:
    """The entities of the frameworks' models. Two of one name are told apart by their tables' names."""
    found = [
        entity
        for framework in program.engine.frameworks
        for entity in framework.entities(program.project, program.engine)
        if entity.place is None or not is_test(entity.place.path)
    ]
    names = [entity.name for entity in found]
    entities: dict[str, Entity] = {}
    for entity in found:
        name = entity.name if names.count(entity.name) == 1 else f"{entity.name} ({entity.table})"
        entities.setdefault(name, _renamed(entity, name))
    return entities


def _renamed(entity: Entity, name: str) -> Entity:
    return entity if entity.name == name else msgspec.structs.replace(entity, name=name)


def _sql_files(program: Program) -> list[str]:
    paths = [path for extension, paths in program.discovery.others if extension == ".sql" for path in paths]
    return sorted(path for path in paths if not is_test(path))


def _add(entities: dict[str, Entity], tables: list[Table], path: str, text: str) -> None:
    known = {entity.table for entity in entities.values()}
    for table in read_schema(text):
        if table.name not in known:
            known.add(table.name)
            entities.setdefault(table.name, entity_of(table, path, _line(text, table.name)))
            tables.append(_kept(table))


def _kept(table: Table) -> Table:
    return msgspec.structs.replace(table, entity=table.name)


def _line(text: str, name: str) -> int:
    """The line of a table's CREATE statement."""
    for number, line in enumerate(text.split("\n"), 1):
        lowered = line.lower()
        if "create" in lowered and "table" in lowered and name.lower() in lowered:
            return number
    return 0


def _read(root: Path, name: str) -> str:
    """The text of a file of the project; empty where it can't be read or is too big to be written by hand."""
    path = root / name
    try:
        return decode(path.read_bytes())[0] if path.stat().st_size <= MAX_BYTES else ""
    except OSError:
        return ""
