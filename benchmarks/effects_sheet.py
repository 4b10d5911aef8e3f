"""How much of what functions do to the world archwright tells: draw functions, show what is told of them, score a judged sheet.

usage:
    python benchmarks/effects_sheet.py draw TREE --project NAME --commit C --seed N [--count 50] [--not SHEET ...] --out DRAWN.jsonl
    python benchmarks/effects_sheet.py show TREE DRAWN.jsonl
    python benchmarks/effects_sheet.py again TREE SHEET.jsonl --project NAME --draw NAME --out NEW.jsonl
    python benchmarks/effects_sheet.py score SHEET.jsonl [SHEET.jsonl ...]

`draw` takes functions at random among those that meet the criterion, which was fixed before the first draw: a function or
method (not one inside another function: that is part of the outer one's text) in a file that lies under no directory
named tests, test, testing, migrations, alembic, node_modules, docs or examples, and is not named test_*.py, *_test.py or
conftest.py; 3 to 60 lines from `def` to its end; whose text matches `SHOWS` below, words that show a query, a write, a
transaction, a call to another service, a queue or a cache. Functions on a sheet given with --not are left out.

`show` prints each function's lines with numbers and below them what archwright tells of them: one line for each
distinct (line, kind, detail), an effect belonging to the function in which its place lies. Details: `read Entity many`,
`load Entity.relation`, `write Entity kind`, `sql text`, `http METHOD`, `enqueue task`, `publish channel`, `lock kind`,
`begin`, `savepoint`, `commit`, `rollback`, `cache-get`, `cache-set`; in brackets whether a transaction is open. Where a
function is told of more than one entity at one place (it is called for several, or its class has subclasses), they are joined by `|`.

A sheet holds one JSON object for each effect: project, path, function, line, kind, `true` (what the code really does, as
a detail; null: nothing there), `told` (what archwright tells; null: nothing), verdict, note, draw (which draw), reader.
The verdict follows from the two: `right`, `missed`, `invented`, or `inexact` where both are there and differ: the place
is told, with a wrong entity, number or kind. A function without any effect, true or told, has one row of kind `none`.
What is true is what a function's own text does: queries that are evaluated there, writes, transactions, calls out. What
a function of the project does that it calls is that function's. Assigning an attribute of a stored row is an update, as
the session writes it at the next flush. A touch of a lazy relation is a `load` where nothing in the same function
fetched it, whether or not some session would already hold the row.

`again` puts in what archwright tells now, keeping what is true: a measurement of the same functions after a change.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from estimates import wilson

from archwright.model import effect
from archwright.source.program import analyse

SHOWS = re.compile(
    r"""
    \.objects\b | \.filter(_by)?\( | \.query\b | \bdb\.session\b | \bselect\(
    | \bsession\.(add|add_all|delete|flush|commit|rollback|execute|query|get|merge|scalars?|begin|begin_nested|refresh)\(
    | \.(save|delete|create|get_or_create|update_or_create|bulk_create|bulk_update|select_for_update)\(
    | \batomic\b | \bcommit\( | \brollback\( | \bexecute(many)?\(
    | \b(requests|httpx|aiohttp)\. | \burlopen\( | \.(delay|apply_async|enqueue|publish)\( | cache\.(get|set|add|delete)\(
    | \bredis\b | \bsend_mail\(
    """,
    re.VERBOSE,
)
OUTSIDE = {"tests", "test", "testing", "migrations", "alembic", "node_modules", "docs", "examples"}
SHORTEST, LONGEST = 3, 60
KINDS = ("read", "load", "write", "transaction", "external", "cache")
"""The kinds of the tables: `sql` counts as read, begin, savepoint, commit, rollback and lock as transaction, http, enqueue and publish as external."""
GROUP = {
    "sql": "read", "begin": "transaction", "savepoint": "transaction", "commit": "transaction", "rollback": "transaction",
    "lock": "transaction", "http": "external", "enqueue": "external", "publish": "external", "cache-get": "cache",
    "cache-set": "cache",
}  # fmt: skip
VERDICTS = ("right", "inexact", "missed", "invented")

Row = dict[str, Any]


def functions(path: Path) -> Iterator[tuple[str, int, int]]:
    """Name, first and last line of the functions and methods of a file, without those inside functions."""

    def inside(body: Iterable[ast.stmt], prefix: str) -> Iterator[tuple[str, int, int]]:
        for node in body:
            if isinstance(node, ast.ClassDef):
                yield from inside(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{prefix}{node.name}", node.lineno, node.end_lineno or node.lineno
            elif isinstance(node, ast.If | ast.Try | ast.With):
                yield from inside([each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt)], prefix)

    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return
    yield from inside(tree.body, "")


def eligible(tree: Path) -> list[tuple[str, str, int, int]]:
    """Path, name, first and last line of every function that meets the criterion, in a fixed order."""
    found = []
    for path in sorted(tree.rglob("*.py")):
        inner = PurePosixPath(path.relative_to(tree).as_posix())
        if OUTSIDE & set(inner.parts[:-1]) or re.fullmatch(r"test_.*\.py|.*_test\.py|conftest\.py", inner.name):
            continue
        if not path.is_file():
            continue
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
        for name, first, last in functions(path):
            if SHORTEST <= last - first + 1 <= LONGEST and SHOWS.search("\n".join(lines[first - 1 : last])):
                found.append((str(inner), name, first, last))
    return sorted(found)


def _details() -> dict[type, Callable[[Any], tuple[str, str]]]:
    """Kind of effect -> how it is shown: the kind's word and the detail, where `@` stands for the entity."""
    return {
        effect.Read: lambda one: ("read", f"@ {one.many}{' locked' if one.locked else ''}"),
        effect.Load: lambda one: ("load", f"@.{one.relation.rpartition('.')[2]}"),
        effect.Write: lambda one: ("write", f"@ {one.kind}"),
        effect.Interpret: lambda one: ("sql" if one.language == effect.Language.SQL else "", "text"),
        effect.HttpCall: lambda one: ("http", one.method or "?"),
        effect.Enqueue: lambda one: ("enqueue", one.task),
        effect.Publish: lambda one: ("publish", one.channel),
        effect.Lock: lambda one: ("lock", one.kind),
        effect.TransactionBegin: lambda one: ("savepoint" if one.savepoint else "begin", ""),
        effect.Commit: lambda _: ("commit", ""),
        effect.Rollback: lambda _: ("rollback", ""),
        effect.CacheGet: lambda _: ("cache-get", ""),
        effect.CacheSet: lambda _: ("cache-set", ""),
    }


def told_by(tree: Path) -> dict[str, list[tuple[int, str, str, str]]]:
    """Path -> (line, kind, detail, state of the transaction) of the effects that archwright tells, in order."""
    details = _details()
    states: defaultdict[tuple[str, int, int, str, str], set[str]] = defaultdict(set)
    entities: defaultdict[tuple[str, int, int, str, str], set[str]] = defaultdict(set)
    for one in analyse([tree], wanted=frozenset(details), root=tree, presume=True).effects:
        kind, text = details[type(one)](one)
        if kind:
            key = (one.place.path, one.place.line, one.place.column, kind, text)
            states[key].add(str(one.context.transaction))
            entities[key].add(str(getattr(one, "entity", "")))
    lines: defaultdict[tuple[str, int, str, str], set[str]] = defaultdict(set)
    for key, found in states.items():
        path, line, _, kind, text = key
        known = sorted(entities[key] - {"None"}) or ["None"]  # for whatever argument, and for those that callers give
        lines[path, line, kind, text.replace("@", "|".join(known))] |= found
    told: defaultdict[str, list[tuple[int, str, str, str]]] = defaultdict(list)
    for (path, line, kind, text), found in sorted(lines.items()):
        told[path].append((line, kind, text, "/".join(sorted(found))))
    return told


def read_rows(file: Path) -> list[Row]:
    """The rows of a JSON lines file; SystemExit where one is malformed."""
    rows = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            rows.append(json.loads(line))
        except ValueError as error:
            raise SystemExit(f"{file.name}:{number}: {error}") from None
    return rows


def write_rows(file: Path, rows: Iterable[Row]) -> None:
    """Write JSON lines."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def verdict(row: Row) -> str:
    """The verdict that follows from what is true and what is told."""
    if row["kind"] == "none" or row["true"] == row["told"]:
        return "right"
    if row["told"] is None:
        return "missed"
    return "invented" if row["true"] is None else "inexact"


def draw(arguments: argparse.Namespace) -> None:
    """Command `draw`."""
    known = {(r["project"], r["path"], r["function"]) for sheet in arguments.without for r in read_rows(sheet)}
    every = eligible(arguments.tree)
    left = [each for each in every if (arguments.project, each[0], each[1]) not in known]
    drawn = random.Random(arguments.seed).sample(left, min(arguments.count, len(left)))  # noqa: S311 - a draw, no secret
    print(f"{arguments.project}: {len(every)} functions meet the criterion, {len(left)} not drawn before")
    write_rows(
        arguments.out,
        (
            {"project": arguments.project, "commit": arguments.commit, "seed": arguments.seed, "path": path,
             "function": name, "first": first, "last": last}
            for path, name, first, last in sorted(drawn)
        ),
    )  # fmt: skip


def show(arguments: argparse.Namespace) -> None:
    """Command `show`."""
    told = told_by(arguments.tree)
    for number, row in enumerate(read_rows(arguments.drawn), 1):
        print(f"=== {number} {row['path']} {row['function']}")
        lines = (arguments.tree / row["path"]).read_text(encoding="utf-8", errors="replace").split("\n")
        for line in range(row["first"], row["last"] + 1):
            print(f"{line:5} {lines[line - 1]}")
        inside = [each for each in told[row["path"]] if row["first"] <= each[0] <= row["last"]]
        for index, (line, kind, text, state) in enumerate(inside, 1):
            print(f"  [{index}] {line} {kind} {text} [{state}]")


def retold(
    rows: list[Row], told: dict[str, list[tuple[int, str, str, str]]], spans: dict[str, tuple[int, int]]
) -> list[Row]:
    """The rows of one function with what is told now: equal details pair first, then the same kind on the same line."""
    first, last = spans[rows[0]["function"]]
    base = {key: rows[0][key] for key in ("project", "path", "function")}
    now = [(line, kind, text) for line, kind, text, _ in told.get(base["path"], ()) if first <= line <= last]
    truths = [row for row in rows if row["true"] is not None and row["kind"] != "none"]
    paired: dict[int, tuple[int, str, str]] = {}
    for exact in (True, False):
        for index, row in enumerate(truths):
            for each in now:
                if index in paired or each in paired.values():
                    continue
                if each[:2] == (row["line"], row["kind"]) and (not exact or each[2] == row["true"]):
                    paired[index] = each
    result = []
    for index, row in enumerate(truths):
        result.append({**row, "told": paired[index][2] if index in paired else None})
    notes = {(row["line"], row["kind"], row["told"]): row.get("note", "") for row in rows}
    for line, kind, text in now:
        if (line, kind, text) not in paired.values():
            note = notes.get((line, kind, text), "")
            result.append({**rows[0], **base, "line": line, "kind": kind, "true": None, "told": text, "note": note})
    if not result:
        result.append({**rows[0], "line": first, "kind": "none", "true": None, "told": None, "note": ""})
    for row in result:
        row["verdict"] = verdict(row)
    return sorted(result, key=lambda row: (row["line"], row["kind"], str(row["true"]), str(row["told"])))


def again(arguments: argparse.Namespace) -> None:
    """Command `again`."""
    told = told_by(arguments.tree)
    groups: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in read_rows(arguments.sheet):
        if row["project"] == arguments.project:
            groups[(row["path"], row["function"])].append({**row, "draw": arguments.draw})
    rows = []
    for (path, _), group in sorted(groups.items()):
        spans = {name: (first, last) for name, first, last in functions(arguments.tree / path)}
        rows += retold(group, told, spans)
    write_rows(arguments.out, rows)


def table(rows: list[Row], by: str) -> list[str]:
    """The table of one draw: a line for each kind, or for each project."""
    lines = [
        f"| {by} | effects | {' | '.join(VERDICTS)} | right of true | right of told | right of all | 95 % |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    counted = [row for row in rows if row["kind"] != "none"]
    asked = [row for row in counted if GROUP.get(row["kind"], row["kind"]) not in ("load", "cache")]
    if by == "kind":
        groups = [(kind, [r for r in counted if GROUP.get(r["kind"], r["kind"]) == kind]) for kind in KINDS]
        groups += [("all without load and cache", asked), ("all", counted)]
    else:
        groups = [(name, [r for r in counted if r["project"] == name]) for name in sorted({r["project"] for r in rows})]
    for name, group in groups:
        if not group:
            continue
        number = Counter(row["verdict"] for row in group)
        right = number["right"]
        true, told = len(group) - number["invented"], len(group) - number["missed"]
        low, high = wilson(right, len(group))
        shares = [f"{100 * right / of:.0f} %" if of else "-" for of in (true, told, len(group))]
        counts = " | ".join(str(number[each]) for each in VERDICTS)
        lines.append(
            f"| {name} | {len(group)} | {counts} | {' | '.join(shares)} | {100 * low:.0f}-{100 * high:.0f} % |"
        )
    return lines


def score(arguments: argparse.Namespace) -> None:
    """Command `score`."""
    rows = [row for sheet in arguments.sheets for row in read_rows(sheet)]
    for row in rows:
        if row["verdict"] != verdict(row):
            raise SystemExit(
                f"{row['path']}:{row['line']}: {row['kind']}: the verdict does not follow from `true` and `told`"
            )
    draws: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        draws[row["draw"]].append(row)
    for name, group in draws.items():
        by_function: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in group:
            by_function[(row["project"], row["path"], row["function"])].append(row)
        holding = sum(any(row["true"] is not None for row in each) for each in by_function.values())
        whole = sum(all(row["verdict"] == "right" for row in each) for each in by_function.values())
        print(f"{name}: {len(by_function)} functions, {holding} hold effects, {whole} wholly right\n")
        print("\n".join(table(group, "kind")), "\n".join(table(group, "project")), sep="\n\n", end="\n\n")
        readers: defaultdict[str, dict[tuple[Any, ...], str]] = defaultdict(dict)
        for row in group:
            key = tuple(str(row[each]) for each in ("project", "path", "function", "line", "kind", "told"))
            readers[row["reader"]][key] = row["verdict"]
        names = sorted(readers)
        for one, other in ((a, b) for a in names for b in names if a < b):
            common = readers[one].keys() | readers[other].keys()
            same = sum(readers[one].get(key) == readers[other].get(key) for key in common)
            print(f"{one} and {other}: the same verdict on {same} of {len(common)} effects\n")


def main() -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("draw")
    one.add_argument("tree", type=Path)
    one.add_argument("--project", required=True)
    one.add_argument("--commit", required=True)
    one.add_argument("--seed", type=int, required=True)
    one.add_argument("--count", type=int, default=50)
    one.add_argument("--not", dest="without", type=Path, nargs="*", default=[])
    one.add_argument("--out", type=Path, required=True)
    two = commands.add_parser("show")
    two.add_argument("tree", type=Path)
    two.add_argument("drawn", type=Path)
    three = commands.add_parser("again")
    three.add_argument("tree", type=Path)
    three.add_argument("sheet", type=Path)
    three.add_argument("--project", required=True)
    three.add_argument("--draw", required=True)
    three.add_argument("--out", type=Path, required=True)
    four = commands.add_parser("score")
    four.add_argument("sheets", type=Path, nargs="+")
    arguments = parser.parse_args()
    {"draw": draw, "show": show, "again": again, "score": score}[arguments.command](arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
