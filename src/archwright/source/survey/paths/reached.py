"""What walked operations reach: rows by role, transactions, claimed keys, messages left in a table, calls with their limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from archwright.model.effect import WriteKind
from archwright.model.entity import Entity
from archwright.model.operation import Access, PeerCall, Reach, Touch
from archwright.model.policy import ANYONE, AUTHENTICATED, AttributeCondition, Ownership, Policy
from archwright.model.quantity import Duration
from archwright.source.link.module import UNIT_BITS
from archwright.source.program import Program
from archwright.source.survey.accesses import Accesses
from archwright.source.survey.paths.marks import CALLER, Mark
from archwright.source.survey.paths.record import Executed, Record
from archwright.source.survey.paths.walk import Walker
from archwright.source.survey.texts import SqlTexts
from archwright.source.tests_left_out import is_test
from archwright.sql.row_conditions import Compared, Rows, rows_of

Conditions = frozenset[tuple[str, ...]]
"""("owner", field) · ("caller", field, operator, table.field) · ("value", field, operator, constant)."""


class Reached:
    """Adds to what an operation touches what a walk through it tells."""

    def __init__(self, program: Program, accesses: Accesses, entities: Iterable[Entity]) -> None:
        self._program = program
        self._accesses = accesses
        self._entities = {entity.table: entity for entity in entities if entity.table}
        self._walker = Walker(program, frozenset(_identifying(self._entities.values())))
        self._queue_tables: frozenset[str] | None = None

    def of(
        self, unit: int, access: Access, callers: tuple[str, ...], roles: tuple[str, ...]
    ) -> tuple[Access, tuple[Policy, ...]]:
        """The access with rows by role, and the policies of the roles; both as they were where no SQL is reached."""
        plain = tuple(Policy(role=role) for role in roles)
        if not self._accesses.holds_sql(unit):
            return access, plain
        record = self._walker.walk(unit, callers)
        if not record.complete or not (record.executed or record.http):
            return access, plain
        executed = [(each, rows_of(each.text)) for each in record.executed]
        named = tuple(role for role in roles if role not in (ANYONE, AUTHENTICATED))
        by_role = {role: self._rows(executed, role) for role in named} if named else {"": self._rows(executed, "")}
        reach = tuple(_reaches(by_role))
        changed = msgspec.structs.replace(
            access,
            reach=reach,
            together=self._together(executed),
            idempotent=_claims(executed),
            publishes=tuple(sorted({*access.publishes, *self._channels(executed)})),
            calls=self._calls(record) or access.calls,
            writes=tuple(self._with_fields(access.writes, executed)),
        )
        return changed, tuple(self._policy(role, reach, access) for role in roles)

    # --- rows --------------------------------------------------------------------------------------------
    def _rows(self, executed: list[tuple[Executed, tuple[Rows, ...]]], role: str) -> dict[str, Conditions]:
        """Entity -> the conditions that hold for every row of it which a caller with this role alone gets at."""
        kept: dict[str, Conditions] = {}
        given: dict[str, Conditions] = {}
        callers: dict[str, Conditions] = {}
        for each, rows in executed:
            if role and any((role in roles) is not has for roles, has in each.state.asked):
                continue
            for row in rows:
                entity = self._entities.get(row.table)
                if entity is None or row.kind == "lookup":
                    continue
                found = frozenset(self._conditions(row, each.marks))
                if each.finds_caller:
                    callers[entity.name] = found
                elif row.kind == "insert":
                    given[entity.name] = given.get(entity.name, found) & found
                else:
                    kept[entity.name] = kept.get(entity.name, found) & found
        for name in callers.keys() - kept.keys() - given.keys():  # the caller's own row, where it is not only looked up
            kept[name] = callers[name]
        return {
            name: kept.get(name, frozenset()) | given.get(name, frozenset())
            for name in sorted(kept.keys() | given.keys())
        }

    def _conditions(self, row: Rows, marks: Mapping[str, Mark]) -> Iterator[tuple[str, ...]]:
        for each in row.values:
            if each.parameter and _is_caller(marks.get(each.parameter)):
                yield ("owner", each.column)
        for each in row.compared:
            if each.literal is not None:
                yield ("value", each.column, each.operator, each.literal)
            elif _is_caller(marks.get(each.parameter)) and each.through is not None:
                yield self._through(each)
            elif _is_caller(marks.get(each.parameter)) and each.operator == "=":
                yield ("owner", each.column)

    def _through(self, each: Compared) -> tuple[str, ...]:
        """The row leads to one of the caller's, or it has a field in common with the caller's own row."""
        assert each.through is not None
        table, column, key = each.through
        other = self._entities.get(table)
        holder, _, name = key.rpartition(".")
        leads = other is not None and (column,) == other.key and (name,) != other.key
        if leads or (holder != table and other is not None):
            return ("owner", key)
        return ("caller", each.column, each.operator, f"{table}.{column}")

    def _policy(self, role: str, reach: tuple[Reach, ...], access: Access) -> Policy:
        """A role's permission, with the condition on the entity that the operation is about: the first written, else read."""
        order = [touch.entity for touch in (*access.writes, *access.reads)]
        asking = [
            each
            for each in reach
            if (not each.roles or role in each.roles)
            and (each.owners or any(condition.caller for condition in each.conditions))
            and each.entity in order
        ]
        if not asking:
            return Policy(role=role)
        main = min(asking, key=lambda each: order.index(each.entity))
        owns = Ownership(path=main.owners[0]) if main.owners else None
        return Policy(role=role, owns=owns, conditions=main.conditions)

    # --- effects -----------------------------------------------------------------------------------------
    def _together(self, executed: list[tuple[Executed, tuple[Rows, ...]]]) -> bool:
        """All writes stand in one and the same transaction."""
        around = {
            each.state.transaction
            for each, rows in executed
            if any(row.kind in ("insert", "update", "delete") for row in rows)
        }
        return len(around) == 1 and None not in around

    def _channels(self, executed: list[tuple[Executed, tuple[Rows, ...]]]) -> set[str]:
        """The constant texts that are inserted into tables which some other code consumes as queues."""
        found: set[str] = set()
        for each, rows in executed:
            for row in rows:
                if row.kind != "insert":
                    continue
                marks = [each.marks.get(value.parameter) for value in row.values if value.parameter]
                texts = [mark[1] for mark in marks if mark is not None and mark[0] == "text"]
                texts += [value.literal for value in row.values if value.literal not in (None, "now")]
                if texts and row.table in self._queues():
                    found.add(texts[0])
        return found

    def _queues(self) -> frozenset[str]:
        """Tables whose rows some code takes with `FOR UPDATE SKIP LOCKED`: how PostgreSQL has queues consumed."""
        if self._queue_tables is None:
            texts = SqlTexts(self._program.project)
            self._queue_tables = frozenset(
                row.table
                for module in self._program.project.modules
                if not is_test(module.path)
                for index in range(len(module.units))
                for text in texts.of(module.index << UNIT_BITS | index)
                if "skip" in text.lower()
                for row in rows_of(text)[:1]
                if row.skips_locked
            )
        return self._queue_tables

    def _calls(self, record: Record) -> tuple[PeerCall, ...]:
        found = {(self._accesses.peer_at(each.path, each.line), each.limit) for each in record.http}
        return tuple(
            PeerCall(peer=peer, timeout=Duration(limit) if limit is not None else None)
            for peer, limit in sorted(found, key=lambda call: (call[0], call[1] or 0.0))
        )

    def _with_fields(
        self, writes: tuple[Touch, ...], executed: list[tuple[Executed, tuple[Rows, ...]]]
    ) -> Iterator[Touch]:
        fields: dict[tuple[str, str], set[str]] = {}
        for _, rows in executed:
            for row in rows:
                entity = self._entities.get(row.table)
                if entity is not None and row.kind == "update":
                    fields.setdefault((entity.name, row.kind), set()).update(row.fields)
        for touch in writes:
            known = fields.get((touch.entity, str(touch.kind))) if touch.kind is WriteKind.UPDATE else None
            yield msgspec.structs.replace(touch, fields=tuple(sorted(known))) if known else touch


def _identifying(entities: Iterable[Entity]) -> Iterator[tuple[str, str]]:
    for entity in entities:
        names = [
            entity.key,
            *(unique.fields for unique in entity.uniques),
            *((f.name,) for f in entity.fields if f.unique),
        ]
        for fields in names:
            if len(fields) == 1 and entity.table:
                yield entity.table, fields[0]


def _is_caller(mark: Mark) -> bool:
    """Who calls, or a list of nobody else."""
    return mark == CALLER or (mark is not None and mark[0] == "several" and mark[1] == (CALLER,))


def _claims(executed: list[tuple[Executed, tuple[Rows, ...]]]) -> bool:
    """A key is claimed: an INSERT that does nothing on a conflict, in a table whose row is then read or changed."""
    claimed = {row.table for _, rows in executed for row in rows if row.kind == "insert" and row.ignores_conflict}
    later = {row.table for _, rows in executed for row in rows if row.kind in ("read", "update")}
    return bool(claimed & later)


def _reaches(by_role: Mapping[str, Mapping[str, Conditions]]) -> Iterator[Reach]:
    """One for each entity and set of conditions, with the roles it holds for."""
    together: dict[tuple[str, Conditions], list[str]] = {}
    for role, entities in by_role.items():
        for name, conditions in entities.items():
            together.setdefault((name, conditions), []).append(role)
    for (name, conditions), roles in sorted(together.items(), key=lambda item: (item[0][0], item[1])):
        listed = sorted(conditions)
        yield Reach(
            entity=name,
            roles=tuple(role for role in roles if role),
            owners=tuple(condition[1] for condition in listed if condition[0] == "owner"),
            conditions=tuple(
                AttributeCondition(field=condition[1], operator=condition[2], caller=condition[3])
                if condition[0] == "caller"
                else AttributeCondition(field=condition[1], operator=condition[2], value=condition[3])
                for condition in listed
                if condition[0] != "owner"
            ),
        )
