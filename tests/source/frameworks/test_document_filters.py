"""Filters of document stores and names of an ORM's fields: what a sender may fill."""

from pathlib import Path

import pytest

from archwright.model.effect import Interpret, Language
from archwright.model.value import Clean, Use
from archwright.source.program import analyse

HEAD = """
from flask import Flask, request
from flask_pymongo import PyMongo
app = Flask(__name__)
mongo = PyMongo(app)
users = mongo.db.users

@app.post("/x")
def x():
    given = request.get_json()
    """

DIRTY = {
    "the whole filter": "users.find(given)",
    "a value": "users.find_one({'name': given['name']})",
    "a value set later": "wanted = {'a': 1}\n    wanted['name'] = given['name']\n    users.delete_many(wanted)",
    "one of several conditions": "users.count_documents({'$or': [{'a': 1}, {'b': given['b']}]})",
    "a stage": "users.aggregate([{'$match': {'name': given['name']}}])",
    "the pipeline": "users.aggregate(given['stages'])",
    "an update's filter": "users.update_one({'name': given['name']}, {'$set': {'a': 1}})",
}
CLEAN = {
    "as a text": "users.find_one({'name': str(given['name'])})",
    "as a number": "users.find_one({'n': int(given['n'])})",
    "in a text": "users.find_one({'name': f\"user-{given['name']}\"})",
    "behind an operator": "users.find_one({'name': {'$eq': given['name']}})",
    "what is written": "users.update_one({'name': 'a'}, {'$set': {'a': given['a']}})",
    "what is inserted": "users.insert_one(given)",
    "one of a list": "if given['k'] in ('a', 'b'):\n        users.find_one({'k': given['k']})",
}


def dirty(tmp_path: Path, body: str) -> bool:
    (tmp_path / "app.py").write_text(HEAD + body, encoding="utf-8")
    effects = analyse(["."], wanted=frozenset({Interpret}), root=tmp_path).effects
    found = [e for e in effects if isinstance(e, Interpret) and e.language is Language.FILTER]
    return any(effect.text.state(Use.FILTER) is Clean.DIRTY for effect in found)


@pytest.mark.parametrize("body", DIRTY.values(), ids=DIRTY)
def test_where_a_dictionary_would_be_read_as_operators(tmp_path: Path, body: str) -> None:
    assert dirty(tmp_path, body)


@pytest.mark.parametrize("body", CLEAN.values(), ids=CLEAN)
def test_where_it_would_not(tmp_path: Path, body: str) -> None:
    assert not dirty(tmp_path, body)
