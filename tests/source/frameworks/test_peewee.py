"""Peewee: what its queries, rows and blocks do."""

from __future__ import annotations

from collections.abc import Callable

from archwright.model.effect import Interpret, Load, Lock, Read, TransactionBegin, Write
from archwright.source.program import Program

Made = Callable[..., Program]
MODELS = """from peewee import *

db = SqliteDatabase("a.db")

class Base(Model):
    class Meta:
        database = db

class User(Base):
    name = CharField(unique=True)

class Tweet(Base):
    user = ForeignKeyField(User, backref="tweets", on_delete="CASCADE")
    text = TextField(null=True)
    likes = IntegerField(default=0, index=True)

    class Meta:
        table_name = "tweet"
        indexes = ((("user", "text"), True),)

"""
KINDS = (Read, Write, Load, Lock, TransactionBegin, Interpret)


def test_relations_load_once_a_row_unless_they_came_along(
    program: Made, per_row: Callable[[Program], set[str]]
) -> None:
    lazy = program({"a.py": MODELS + "for tweet in Tweet.select():\n    print(tweet.user.name)\n"}, *KINDS)
    assert per_row(lazy) == {"user"}
    joined = program(
        {"a.py": MODELS + "for tweet in Tweet.select(Tweet, User).join(User):\n    print(tweet.user.name)\n"}, *KINDS
    )
    assert per_row(joined) == set()
    back = program(
        {"a.py": MODELS + "for user in User.select():\n    for tweet in user.tweets:\n        print(tweet.text)\n"},
        *KINDS,
    )
    assert per_row(back) == {"tweets"}
    fetched = program(
        {
            "a.py": MODELS
            + "for user in prefetch(User.select(), Tweet.select()):\n    print([t.text for t in user.tweets])\n"
        },
        *KINDS,
    )
    assert per_row(fetched) <= {"tweets"}
    keys = program({"a.py": MODELS + "for tweet in Tweet.select():\n    print(tweet.user_id)\n"}, *KINDS)
    assert per_row(keys) == set()


def test_queries_run_when_they_are_asked(program: Made) -> None:
    found = program(
        {
            "a.py": MODELS
            + """
def run(name):
    query = Tweet.select(Tweet.text).where((Tweet.likes > 3) & (Tweet.text == name)).order_by(Tweet.likes.desc()).limit(5)
    with db.atomic():
        list(query)
        User.get_or_none(User.name == name)
        User.select().where(User.name == name).for_update().get()
    Tweet.update(likes=Tweet.likes + 1).where(Tweet.text == name)
    Tweet.update(likes=1).where(Tweet.text == name).execute()
    if not Tweet.delete().where(Tweet.likes < 1).execute():
        return
    user = User.create(name=name)
    user.name = "x"
    user.save()
    User.insert(name=name).on_conflict_replace().execute()

run("a")
"""
        },
        *KINDS,
    )
    reads = [e for e in found.effects if isinstance(e, Read)]
    assert [(e.place.line, e.many, str(e.context.transaction)) for e in reads] == [
        (25, "many", "on"),
        (26, "one", "on"),
        (27, "one", "on"),
    ]
    assert [(c.path, c.operator) for c in reads[0].predicate] == [("likes", ">"), ("text", "=")]
    assert (reads[0].columns, reads[0].order, reads[2].locked) == (("text",), ("likes",), True)
    writes = [(e.place.line, e.kind, e.fields, e.count_used) for e in found.effects if isinstance(e, Write)]
    assert writes == [
        (29, "update", ("likes",), False),
        (30, "delete", (), True),
        (32, "insert", ("name",), False),
        (34, "save", (), False),
        (35, "upsert", ("name",), False),
    ]


def test_text_runs_as_it_stands(program: Made) -> None:
    found = program(
        {
            "a.py": MODELS
            + """
@db.atomic()
def run(name):
    db.execute_sql("select 1 where a = %s", (name,))
    Tweet.raw(f"select * from tweet where text = '{name}'")
"""
        },
        *KINDS,
    )
    texts = [(e.api, e.parameters, str(e.context.transaction)) for e in found.effects if isinstance(e, Interpret)]
    assert texts == [("Database.execute_sql", True, "on"), ("Model.raw", False, "on")]


def test_models_are_entities(program: Made) -> None:
    found = program({"a.py": MODELS}, Read)
    framework = found.engine.frameworks_by_name["peewee"]
    user, tweet = sorted(framework.entities(found.project, found.engine), key=lambda e: e.name, reverse=True)
    assert (user.name, [f.name for f in user.fields], user.key) == ("User", ["id", "name"], ("id",))
    assert tweet.table == "tweet"
    relation = next(f.relation for f in tweet.fields if f.name == "user")
    assert relation is not None
    assert (relation.target, relation.on_delete, relation.reverse) == ("User", "cascade", "tweets")
    assert [u.fields for u in tweet.uniques] == [("user", "text")]
    assert [i.fields for i in tweet.indexes] == [("likes",)]
