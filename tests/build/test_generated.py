"""What is generated is right: it is formatted, typed, and passes its own tests on a real PostgreSQL."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from archwright.brief import parse_brief, read_brief
from archwright.build.plan import plan
from archwright.build.project import build_project
from archwright.design import design
from archwright.model.blueprint import Blueprint
from archwright.run.postgres import Postgres

ROOT = Path(__file__).parents[2]

CLASHES = r"""
system: test
about: "Names that clash; <b>odd</b> \"quotes\", every type, several ways to own."
roles:
  member: {from: oidc, entity: User}
  admin: {from: oidc, claim: groups/admin}
entities:
  User: {id: uuid, email: email unique pii, name: text pii, count: 10k}
  Order: {id: int, user: -> User, class: draft|open|done default draft, from: timestamp default now, import: int >=0,
    limit: decimal above 0, select: bool, price: money >=0, note: text optional, home: url optional, born: date,
    body: json optional, data: bytes optional, tag: text unique, ratio: float optional, count: 1M}
  Item: {part_of: Order, request: int >0, json: text, count: 3M}
  Comment: {id: uuid, order: -> Order, author: -> User, text: text, made: timestamp default now, count: 1M}
  Tag: {id: uuid, name: text unique, parent: -> Tag optional, count: 100}
operations:
  list: {read: Order, by: user, sort: -from, page: 10, rate: 10/s, who: member owns user}
  import: {write: Order, rate: 1/s, who: [member, admin]}
  page: {read: [Order, Item], by: id, rate: 1/s, who: [member owns user, admin]}
  edit: {update: Order, by: id, rate: 1/s, who: member owns user}
  remove: {delete: Order, by: id, rate: 1/s, who: [member owns user, admin]}
  reply: {write: Comment, rate: 1/s, who: member owns order.user}
  comments: {read: [Comment, User], by: order, sort: made, page: 5, rate: 1/s, who: member owns order.user}
  tags: {read: Tag, sort: parent, rate: 1/s, who: anyone}
  unpack: {read: Tag, by: id, rate: 1/s, who: anyone}
  add_tag: {write: Tag, rate: 1/s, who: admin}
  find: {read: Comment, match: text, rate: 1/s, who: admin}
"""
OPEN = """
system: wall
entities:
  Post: {id: int, text: text, made: timestamp default now, count: 1k}
operations:
  posts: {read: Post, sort: -made, rate: 1/s, who: anyone}
  post: {write: Post, rate: 1/s, who: anyone}
"""
READ_ONLY = """
system: list-of-countries-and-their-many-regions
entities:
  Country: {code: text max 2, key: code, name: text unique, count: 250}
operations:
  country: {read: Country, by: code, rate: 1/s, who: anyone}
"""
LENDING = """
system: lending
about: Short natural keys, a key of several columns that its own rows refer to, rows that refuse to go, two ways to own.
roles: {member: {from: oidc, entity: Member by card from card_no}, staff: oidc}
entities:
  Member: {id: int, card: text unique max 20, name: text pii max 80, email: email unique pii, count: 1k}
  Book: {key: maker + number, maker: text max 8, number: text max 13, replaces: -> Book optional, count: 1k}
  Loan: {member: -> Member, book: -> Book, status: waiting|ready default waiting, order: int >=0 default 0, count: 5k}
operations:
  me: {read: Member, rate: 1/s, who: member owns id}
  add_member: {write: Member, rate: 1/s, idempotent: true, who: staff}
  add_book: {write: Book, rate: 1/s, who: staff}
  remove_book: {delete: Book, rate: 1/s, who: staff}
  reserve: {write: Loan, rate: 1/s, idempotent: true, who: [member owns member when status = waiting, staff]}
  night: {write: Loan.order += 1, by: id, every: 1d}
"""


def blueprints() -> dict[str, Blueprint]:
    found = {path.stem: design(read_brief(path)) for path in sorted((ROOT / "examples").glob("*.yaml"))}
    found |= {
        name: design(parse_brief(text))
        for name, text in (("clashes", CLASHES), ("open", OPEN), ("read", READ_ONLY), ("lending", LENDING))
    }
    return found


BLUEPRINTS = blueprints()
each = pytest.mark.parametrize("name", BLUEPRINTS)


def run(folder: Path, *command: str, **environment: str) -> str:
    """The output of a command in the project; the test fails with it where the command does."""
    kept = {name: value for name, value in os.environ.items() if "DATABASE_URL" not in name and name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


@each
def test_files_are_python_and_the_same_each_time(name: str) -> None:
    files = plan(BLUEPRINTS[name])
    assert files == plan(BLUEPRINTS[name])
    for file in files:
        assert file.text.endswith("\n")
        assert "«" not in file.text
        if file.path.endswith(".py"):
            ast.parse(file.text)


@each
def test_projects_are_linted_and_formatted(name: str, tmp_path: Path) -> None:
    build_project(BLUEPRINTS[name], tmp_path)
    run(tmp_path, "ruff", "format", "--check", ".")
    run(tmp_path, "ruff", "check", ".")


@pytest.fixture(scope="module")
def types_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the type checker knows of the libraries, learnt once."""
    return tmp_path_factory.mktemp("types")


@each
def test_projects_are_typed(name: str, tmp_path: Path, types_cache: Path) -> None:
    build_project(BLUEPRINTS[name], tmp_path)
    run(tmp_path, "mypy", "--cache-dir", str(types_cache))


@each
def test_projects_pass_their_own_tests(name: str, tmp_path: Path, postgres: Postgres) -> None:
    build_project(BLUEPRINTS[name], tmp_path)
    output = run(tmp_path, "pytest", "-q", TEST_DATABASE_URL=postgres.dsn())
    assert " passed" in output
    assert "skipped" not in output


def test_no_secret_stands_in_a_file() -> None:
    for file in plan(BLUEPRINTS["shop"]):
        for line in file.text.splitlines():
            assert not line.strip().startswith(("AUTH_SECRET=", "DATABASE_URL=postgres")), f"{file.path}: {line}"
