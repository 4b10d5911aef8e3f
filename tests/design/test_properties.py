"""What holds of every design, whatever the system: tried on random systems."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archwright.design import design
from archwright.design.access_paths import access_paths
from archwright.design.coverage import existing, prefix_of, serves
from archwright.design.draft import Draft
from archwright.design.pipeline import STAGES
from archwright.model.entity import Bound, Entity, Field, Relation, Type, Unique, Volume
from archwright.model.operation import Access, Action, Filter, Operation, Sort, Touch
from archwright.model.policy import ANYONE, Ownership, Policy, Role
from archwright.model.quantity import Count, Duration, Rate
from archwright.model.serial import to_json
from archwright.model.system import System
from archwright.model.workload import Load
from archwright.sql.ddl import schema_ddl

FLAG = st.booleans()
PLAIN = (Type.TEXT, Type.EMAIL, Type.INT, Type.MONEY, Type.BOOL, Type.TIMESTAMP, Type.ENUM, Type.DATE)
NAMES = ("Order", "User", "Group", "Table", "Select", "Person", "Class", "Box", "Category", "Data")
FIELDS = ("order", "user", "name", "from", "end", "price", "kind", "when")


@st.composite
def systems(draw: st.DrawFn) -> System:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    entities = tuple(draw(entity(name, names, number)) for number, name in enumerate(names))
    operations = tuple(draw(operation(f"op{n}", entities)) for n in range(draw(st.integers(0, 5))))
    return System(name="any", roles=(Role(name="member"),), entities=entities, operations=operations)


@st.composite
def entity(draw: st.DrawFn, name: str, names: list[str], number: int) -> Entity:
    fields: list[Field] = []
    if draw(FLAG):
        fields.append(Field(name="id", type=draw(st.sampled_from((Type.UUID, Type.INT, Type.TEXT)))))
    for field in draw(st.lists(st.sampled_from(FIELDS), max_size=5, unique=True)):
        type_ = draw(st.sampled_from((*PLAIN, Type.REFERENCE)))
        relation = None
        if type_ is Type.REFERENCE:
            part_of: bool = number > 0 and not any(f.relation and f.relation.part_of for f in fields) and draw(FLAG)
            target = names[number - 1] if part_of else draw(st.sampled_from(names))
            many: bool = not part_of and draw(FLAG)
            relation = Relation(target=target, part_of=part_of, many=many)
        fields.append(
            Field(
                name=field,
                type=type_,
                relation=relation,
                nullable=draw(FLAG),
                unique=type_ is Type.TEXT and draw(FLAG),
                pii=draw(FLAG),
                values=("a", "b'c") if type_ is Type.ENUM else (),
                bounds=(Bound(operator=">=", value=0),) if type_ is Type.INT else (),
            )
        )
    single = [f.name for f in fields if f.type in {Type.INT, Type.TEXT} and f.name != "id"]
    uniques = (Unique(fields=tuple(single[:2])),) if len(single) > 1 and draw(FLAG) else ()
    count = draw(st.sampled_from((None, Count(10), Count(1e5), Count(1e8))))
    return Entity(name=name, fields=tuple(fields), uniques=uniques, volume=Volume(count=count))


@st.composite
def operation(draw: st.DrawFn, name: str, entities: tuple[Entity, ...]) -> Operation:
    main = draw(st.sampled_from(entities))
    usable = [f for f in main.fields if not (f.relation and f.relation.many)]
    plain = [f for f in usable if f.relation is None and f.type is not Type.BOOL]
    writes = draw(FLAG)
    touch = Touch(entity=main.name)
    filters: tuple[Filter, ...] = ()
    sort: tuple[Sort, ...] = ()
    if writes:
        action = draw(st.sampled_from((Action.CREATE, Action.UPDATE, Action.DELETE)))
    else:
        action = Action.READ_MANY
        chosen = draw(st.lists(st.sampled_from(usable), max_size=2, unique=True)) if usable else []
        filters = tuple(Filter(field=f.name, optional=draw(FLAG)) for f in chosen)
        texts = [f for f in plain if f.type is Type.TEXT]
        if draw(FLAG) and texts:
            filters += (Filter(field=texts[0].name, operator="match"),)
        times = [f for f in plain if f.type is Type.TIMESTAMP]
        if draw(FLAG) and times:
            filters += (Filter(field=times[0].name, operator="within", window=Duration(86400)),)
        sorted_by = draw(st.lists(st.sampled_from(plain), max_size=2, unique=True)) if plain else []
        sort = tuple(Sort(field=f.name, descending=draw(FLAG)) for f in sorted_by)
    references = [f for f in usable if f.relation is not None]
    owns = Ownership(path=references[0].name) if draw(FLAG) and references else None
    policies = draw(st.sampled_from(((), (Policy(role=ANYONE),), (Policy(role="member", owns=owns),))))
    return Operation(
        name=name,
        action=action,
        access=Access(
            reads=() if writes else (touch,),
            writes=(touch,) if writes else (),
            filters=filters,
            sort=sort,
            page=None if writes else draw(st.sampled_from((None, 20))),
            idempotent=draw(FLAG),
            publishes=draw(st.sampled_from(((), ("changed",)))),
        ),
        policies=policies,
        load=Load(
            rate=draw(st.sampled_from((None, Rate(0.01), Rate(10), Rate(5000)))),
            stale=draw(st.sampled_from((None, Duration(0), Duration(30)))),
        ),
    )


many = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def drafted(system: System) -> Draft:
    draft = Draft(system=system)
    for stage in STAGES:
        stage.decide(draft)
    return draft


@many
@given(systems())
def test_equal_systems_give_equal_bytes(system: System) -> None:
    copy = msgspec.convert(msgspec.to_builtins(system, enc_hook=str), System, dec_hook=_quantity)
    assert to_json(design(system)) == to_json(design(copy))


def _quantity(type_: type, value: object) -> object:
    return type_.parse(str(value))  # type: ignore[attr-defined]


@many
@given(systems())
def test_every_access_path_has_an_index_or_a_decision_that_says_why_not(system: System) -> None:
    draft = drafted(system)
    weighed = {(d.id.split("/")[1]) for d in draft.decisions if d.id.startswith(("window/", "search/"))}
    for path in access_paths(draft):
        held = any(serves(index, path) for index in existing(draft.tables[path.table]))
        assert held or ((path.match or path.window is not None) and path.table in weighed), path


@many
@given(systems())
def test_no_index_is_redundant(system: System) -> None:
    for table in design(system).physical.tables:
        trees = existing(table)
        for short in trees:
            assert not any(prefix_of(short, long) for long in trees if long is not short), (table.name, short)


@many
@given(systems())
def test_every_order_of_a_page_is_total(system: System) -> None:
    physical = design(system).physical
    for route in physical.routes:
        if route.pagination is not None:
            table = next(t for t in physical.tables if t.name == route.table)
            fields = [sort.field for sort in route.pagination.order]
            assert set(table.key) <= set(fields)
            assert len(fields) == len(set(fields))
            assert all(table.column(field) for field in fields)


@many
@given(systems())
def test_routes_are_distinct_and_denied_by_default(system: System) -> None:
    physical = design(system).physical
    seen = {(route.method, route.path) for route in physical.routes}
    assert len(seen) == len(physical.routes) == len(system.operations)
    for route in physical.routes:
        operation = system.operation(route.operation)
        assert operation is not None
        assert len(route.grants) == len(operation.policies)


@many
@given(systems())
def test_more_load_never_needs_less(system: System) -> None:
    doubled = msgspec.structs.replace(
        system,
        operations=tuple(
            msgspec.structs.replace(o, load=msgspec.structs.replace(o.load, rate=Rate(o.load.rate.value * 2)))
            if o.load.rate is not None
            else o
            for o in system.operations
        ),
    )
    before, after = design(system).physical, design(doubled).physical
    for process in before.processes:
        later = next(p for p in after.processes if p.name == process.name)
        assert later.instances >= process.instances
        assert later.instances * later.connections >= process.connections


@many
@given(systems())
def test_names_do_not_decide(system: System) -> None:
    def renamed(name: str) -> str:
        return f"Thing{name}" if name in NAMES else name

    text = msgspec.to_builtins(system, enc_hook=str)
    other = msgspec.convert(_mapped(text, renamed), System, dec_hook=_quantity)
    plain, changed = design(system), design(other)
    kinds = [d.id.partition("/")[0] for d in plain.decisions]
    assert kinds == [d.id.partition("/")[0] for d in changed.decisions]
    assert [t.key for t in plain.physical.tables if t.entity] == [t.key for t in changed.physical.tables if t.entity]
    assert [[i.method for i in t.indexes] for t in plain.physical.tables] == [
        [i.method for i in t.indexes] for t in changed.physical.tables
    ]


def _mapped(value: object, rename: object) -> object:
    if isinstance(value, dict):
        return {key: _mapped(item, rename) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(item, rename) for item in value]
    return rename(value) if isinstance(value, str) else value  # type: ignore[operator]


@many
@given(systems())
def test_unknown_numbers_are_named(system: System) -> None:
    blueprint = design(system)
    waiting = {path for d in blueprint.decisions for path in d.depends_on_unknown}
    for operation in system.operations:
        if operation.load.rate is None:
            assert f"{operation.name}.rate" in waiting
    for each in system.entities:
        if each.volume.count is None:
            assert f"{each.name}.count" in waiting


@many
@given(systems())
def test_no_secret_or_private_data_leaves_for_everyone(system: System) -> None:
    blueprint = design(system)
    for route in blueprint.physical.routes:
        table = blueprint.physical.table_of(
            next((t.entity for t in blueprint.physical.tables if t.name == route.table), "") or ""
        )
        if table is not None and any(grant.role == ANYONE for grant in route.grants):
            shown = {field.name for field in route.response}
            assert not any(column.name in shown for column in table.columns if column.pii or column.secret)


@pytest.fixture(scope="module")
def database(postgres_url: str) -> Iterator[str]:
    """The URL of a database of our own on the machine's server."""
    name = "archwright_test_design"
    asyncio.run(execute(postgres_url, f"DROP DATABASE IF EXISTS {name}"))
    asyncio.run(execute(postgres_url, f"CREATE DATABASE {name}"))
    yield f"{postgres_url.rpartition('/')[0]}/{name}"
    asyncio.run(execute(postgres_url, f"DROP DATABASE {name}"))


async def execute(url: str, statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statements)
    finally:
        await connection.close()


@pytest.mark.services
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(systems())
def test_postgresql_takes_the_schema(database: str, system: System) -> None:
    text = schema_ddl(design(system).physical.tables)
    asyncio.run(execute(database, f"DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n{text}"))


@pytest.mark.services
def test_postgresql_takes_the_schema_of_the_shop(database: str, shop: System) -> None:
    text = schema_ddl(design(shop).physical.tables)
    asyncio.run(execute(database, f"DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n{text}"))


@many
@given(systems())
def test_ddl_names_are_short_and_distinct(system: System) -> None:
    tables = design(system).physical.tables
    relations = [t.name for t in tables] + [i.name for t in tables for i in t.indexes]
    relations += [u.name for t in tables for u in t.uniques]
    assert len(relations) == len(set(relations))
    assert all(len(name.encode()) <= 63 for name in relations)
    assert schema_ddl(tables).count("CREATE TABLE") == len(tables)
