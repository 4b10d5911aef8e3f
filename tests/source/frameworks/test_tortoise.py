"""Tortoise ORM: queries that run when they are awaited, relations, blocks."""

from __future__ import annotations

from collections.abc import Callable

from archwright.model.effect import Interpret, Load, Read, TransactionBegin, Write
from archwright.source.program import Program

Made = Callable[..., Program]
MODELS = """from tortoise import fields
from tortoise.models import Model
from tortoise.transactions import atomic, in_transaction

class Tournament(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=100, unique=True)
    events: fields.ReverseRelation["Event"]

class Event(Model):
    name = fields.TextField()
    tournament = fields.ForeignKeyField("models.Tournament", related_name="events", on_delete=fields.CASCADE)
    teams = fields.ManyToManyField("models.Team", related_name="events")

    class Meta:
        table = "event"
        unique_together = (("name", "tournament"),)

class Team(Model):
    name = fields.TextField()

"""
KINDS = (Read, Write, Load, TransactionBegin, Interpret)


def test_relations_are_fetched_row_by_row_unless_they_came_along(
    program: Made, per_row: Callable[[Program], set[str]]
) -> None:
    def of(body: str) -> set[str]:
        return per_row(program({"a.py": MODELS + "async def run():\n" + body}, *KINDS))

    assert of("    for event in await Event.all():\n        print((await event.tournament).name)\n") == {"tournament"}
    assert of("    for event in await Event.all():\n        await event.fetch_related('teams')\n") == {"teams"}
    assert of(
        "    async for row in Tournament.all():\n        async for event in row.events:\n            print(event)\n"
    ) == {"events"}
    assert (
        of("    for e in await Event.all().prefetch_related('tournament'):\n        print(e.tournament.name)\n")
        == set()
    )
    assert (
        of(
            "    for row in await Tournament.all().prefetch_related('events'):\n        for e in row.events:\n            print(e)\n"
        )
        == set()
    )
    assert of("    for event in await Event.all():\n        print(event.tournament_id)\n") == set()


def test_reads_writes_and_transactions(program: Made) -> None:
    found = program(
        {
            "a.py": MODELS
            + """
@atomic()
async def save(name):
    event = await Event.create(name=name, tournament_id=1)
    event.name = "x"
    await event.save(update_fields=["name"])

async def run(name):
    query = Event.filter(name__icontains=name).order_by("-name").limit(3)
    async with in_transaction() as connection:
        rows = await query
        await connection.execute_query("select 1 where a = $1", [name])
        one = await Event.get(id=1)
        await one.delete()
    await Event.filter(name=name).update(name="y")
    return await Event.filter(name=name).count()

async def main():
    await run("a")
"""
        },
        *KINDS,
    )
    reads = [e for e in found.effects if isinstance(e, Read)]
    assert [(e.place.line, str(e.many), str(e.context.transaction)) for e in reads] == [
        (32, "many", "on"),
        (34, "one", "on"),
        (37, "aggregate", "unknown"),
    ]
    assert [(c.path, c.operator) for c in reads[0].predicate] == [("name", "icontains")]
    assert (reads[0].order, reads[0].limit.constant if reads[0].limit else None) == (("-name",), 3)
    writes = [(str(e.kind), e.fields, str(e.context.transaction)) for e in found.effects if isinstance(e, Write)]
    assert writes == [
        ("insert", ("name", "tournament_id"), "on"),
        ("save", ("name",), "on"),
        ("delete", (), "on"),
        ("update", ("name",), "unknown"),
    ]
    assert [e.parameters for e in found.effects if isinstance(e, Interpret)] == [True]


def test_models_are_entities(program: Made) -> None:
    found = program({"a.py": MODELS}, Read)
    entities = {e.name: e for e in found.engine.frameworks_by_name["tortoise"].entities(found.project, found.engine)}
    assert sorted(entities) == ["Event", "Team", "Tournament"]
    event = entities["Event"]
    assert (event.table, event.key, [u.fields for u in event.uniques]) == ("event", ("id",), [("name", "tournament")])
    relations = {f.name: f.relation for f in event.fields if f.relation is not None}
    assert {name: (r.target, r.many, str(r.on_delete)) for name, r in relations.items()} == {
        "tournament": ("Tournament", False, "cascade"),
        "teams": ("Team", True, "restrict"),
    }


def test_a_model_that_a_class_hands_to_its_parent_is_known(program: Made) -> None:
    found = program(
        {
            "a.py": MODELS
            + """
class Store:
    def __init__(self, model):
        self.model = model

class Teams(Store):
    def __init__(self):
        super().__init__(model=Team)

    async def named(self, name):
        return await self.model.filter(name=name)
"""
        },
        Read,
    )
    assert [e.entity for e in found.effects if isinstance(e, Read)] == ["Team"]
