"""Compares `archwright survey` with what the running frameworks say of their routes and models.

    python benchmarks/checkout.py --projects benchmarks/ground_truth.toml --out TREES   (or any clone at the commit)
    python benchmarks/ground_truth.py TREES --environments ENVS --install       makes the environments with uv
    python benchmarks/ground_truth.py TREES --environments ENVS --archwright archwright [--only NAME] [--list]

TREES/NAME is the work tree of a project of ground_truth.toml; ENVS/NAME its virtual environment. The probe of a project
runs in that environment, really imports it, and writes what the framework reports; then the survey of the tree is
compared with it. Prints a table of recall and precision per project, and with --list every miss and every extra.

What counts
- A route is a method and a path. Names of parameters do not count (`{}`), nor does a slash at the end. HEAD and OPTIONS
  do not count: frameworks add them by themselves; nor do the PUT and DELETE of Django's edit views, which only pass the
  request on to POST, unless the project's class handles them. A function view of Django, and a Pyramid view without request_method,
  gets every method: there the path alone is compared. A Pyramid view of errors (its context is an exception) is no route. WebSocket routes have the method WEBSOCKET.
- A route is the project's own if the module of its view (the class of a class-based view; the function behind decorators)
  is a file of the tree. Others (the admin's, those of installed apps, static files, /docs) are not looked for; a survey
  that names one of them, rightly, is not wrong either. DRF's format suffix doubles and its own API root do not count.
- An entity is a table with a model whose `class` statement stands in a file of the tree (a library that makes models at
  run time, such as a table of history per model, does not make the project's own), or a table of the metadata of such
  models without a class that is not only the `secondary` of a relation. Fields from abstract models of installed packages
  other than Django are not in the tree: neither side counts them, and their number is printed. Proxies and single-table subclasses have no table of their own; the columns of the
  latter belong to their parent's table. Tables of a many-to-many relation count as relations.
- Facts of an entity: `entity` (its table), `field` (name), `type` (logical; text, email, url and enum are one; a type that
  the model has no word for is left out on both sides; an unknown type in the survey is a miss, not an error), `null`,
  `relation` (target table or model, one or many; what SQLAlchemy's `backref=` adds to the far side is the same one), `key`, `unique` (sets of fields, however declared), `index` (fields in order,
  not unique ones; expressions are left out on both sides). `models` is all facts together.
- Only what differs by configuration is at the mercy of the probe's configuration: routes behind a setting that is off are
  extras, and are listed and counted as such.

The survey of a project is read from the tree as checked out; tests are left out by both sides (nothing imports them).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PROJECTS_FILE = HERE / "ground_truth.toml"
TEXTS = frozenset({"text", "email", "url", "enum"})
ROUTES = "routes"
KINDS = ("entity", "field", "type", "null", "relation", "key", "unique", "index")
Fact = tuple[str, ...]


@dataclass
class Score:
    """One kind of fact in one project."""

    right: int = 0
    missed: list[Fact] = field(default_factory=list)
    extra: list[Fact] = field(default_factory=list)
    left_out: int = 0
    """Fields that an installed package's abstract models add."""

    @property
    def recall(self) -> float:
        return self.right / (self.right + len(self.missed)) if self.right or self.missed else 1.0

    @property
    def precision(self) -> float:
        return self.right / (self.right + len(self.extra)) if self.right or self.extra else 1.0

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.missed + other.missed, self.extra + other.extra)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("trees", type=Path, metavar="TREES", help="directory with a work tree per project")
    parser.add_argument("--environments", type=Path, required=True, metavar="ENVS")
    parser.add_argument("--archwright", default="archwright", help="the program, or `PYTHON -m archwright`")
    parser.add_argument("--install", action="store_true", help="make the environments, and measure nothing")
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--list", action="store_true", help="every miss and every extra")
    parser.add_argument("--truth", type=Path, metavar="DIR", help="keep what the probes say here, and use it again")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers too")
    arguments = parser.parse_args()
    projects = tomllib.loads(PROJECTS_FILE.read_text(encoding="utf-8"))
    unknown = sorted(set(arguments.only) - set(projects))
    if unknown:
        raise SystemExit(f"no project {', '.join(unknown)}; there are {', '.join(projects)}")
    results: dict[str, dict[str, Score]] = {}
    for name, project in projects.items():
        if arguments.only and name not in arguments.only:
            continue
        tree, environment = (arguments.trees / name).resolve(), (arguments.environments / name).resolve()
        if arguments.install:
            install(project, tree, environment, arguments.uv)
            continue
        truth = probe(name, project, tree, environment, arguments.truth)
        results[name] = compare(truth, survey(arguments.archwright, tree))
        if arguments.list:
            print_list(name, results[name])
    if results:
        print_table(projects, results)
    if arguments.json:
        arguments.json.write_text(json.dumps(as_data(results), indent=1), encoding="utf-8")


# --- the environment and the probe ---------------------------------------------------------------------------
def install(project: dict[str, Any], tree: Path, environment: Path, uv: str) -> None:
    """Make a virtual environment and install what the project asks for, without what is left out."""
    subprocess.run([uv, "venv", "-q", "--allow-existing", "--python", project["python"], str(environment)], check=True)
    given = [part.replace("{tree}", str(tree)) for part in project["install"]]
    without = environment / "left_out.txt"
    without.write_text("".join(f"{name} ; python_version < '3'\n" for name in project.get("left_out", ())))
    python = str(environment / "bin" / "python")
    subprocess.run([uv, "pip", "install", "-q", "--python", python, "--override", str(without), *given], check=True)
    if project.get("editable"):
        subprocess.run([uv, "pip", "install", "-q", "--python", python, "--no-deps", "-e", str(tree)], check=True)


def probe(name: str, project: dict[str, Any], tree: Path, environment: Path, kept: Path | None) -> dict[str, Any]:
    """What the framework reports. SystemExit where the project does not start."""
    out = ((kept or environment) / f"{name}.json").resolve()
    if kept is None or not out.exists():
        out.parent.mkdir(parents=True, exist_ok=True)
        script, *rest = project["probe"]
        command = [str(environment / "bin" / "python"), str(HERE / "probes" / script), str(tree), str(out), *rest]
        variables = {**os.environ, **project.get("variables", {})}
        variables["PYTHONPATH"] = str(HERE / "probes" / "stand_ins")
        where = tree / project.get("directory", ".")
        run = subprocess.run(command, cwd=where, env=variables, capture_output=True, text=True, check=False)
        if run.returncode:
            raise SystemExit(f"{name}: the probe failed\n{run.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return answer


def survey(program: str, tree: Path) -> dict[str, Any]:
    """The blueprint that the survey prints."""
    command = [*program.split(), "survey", ".", "--format", "json"]
    run = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{tree.name}: the survey failed\n{run.stderr[-2000:]}")
    system: dict[str, Any] = json.loads(run.stdout)["system"]
    return system


# --- facts ---------------------------------------------------------------------------------------------------
def compare(truth: dict[str, Any], found: dict[str, Any]) -> dict[str, Score]:
    """Every kind of fact; `models` is the sum of all but the routes."""
    scores = {ROUTES: compare_routes(truth, found)}
    own = {entity["table"] for entity in truth["entities"] if entity["own"]}
    others = {entity["table"] for entity in truth["entities"]} - own
    left_out = {
        (e["table"], each["name"]) for e in truth["entities"] if e["own"] for each in e["fields"] if not each["own"]
    }
    targets = {each["target"]: each["relation"] for e in truth["entities"] for each in e["fields"] if each["relation"]}
    real = {fact for fact in true_facts(truth, own) if not left_out.intersection((fact[1], name) for name in fact[2:])}
    said = {fact for fact in found_facts(found, targets) if fact[1] not in others}
    said = {fact for fact in said if not left_out.intersection((fact[1], name) for name in fact[2:])}
    untyped = {fact[1:3] for fact in real if fact[0] == "type" and fact[3] == "-"}
    real = {fact for fact in real if fact[0] != "type" or fact[3] != "-"}
    said = {fact for fact in said if fact[0] != "type" or fact[1:3] not in untyped}
    for kind in KINDS:
        is_true = {fact for fact in real if fact[0] == kind}
        is_said = {fact for fact in said if fact[0] == kind}
        scores[kind] = Score(len(is_true & is_said), sorted(is_true - is_said), sorted(is_said - is_true))
    scores["models"] = sum((scores[kind] for kind in KINDS), Score())
    scores["models"].left_out = len(left_out)
    return scores


def template(path: str) -> str:
    """A path without names of parameters and without the slash at its end."""
    return re.sub(r"{[^{}]*}", "{}", path).rstrip("/") or "/"


def compare_routes(truth: dict[str, Any], found: dict[str, Any]) -> Score:
    """Method and path; `*` where the framework hands every method to the view."""
    every = {(route["method"], template(route["path"])) for route in truth["routes"]}
    own = {(route["method"], template(route["path"])) for route in truth["routes"] if route["own"]}
    any_method = {path for method, path in every if method == "*"}
    said: set[Fact] = set()
    for operation in found["operations"]:
        trigger = operation["trigger"]
        if trigger["trigger"] != "http":
            continue
        path = template(trigger["path"])
        for method in trigger["method"].split("|"):
            if path in any_method and (method, path) not in every:
                said.add(("*", path))
            elif method not in ("HEAD", "OPTIONS"):
                said.add((method, path))
    return Score(len(own & said), sorted(own - said), sorted(said - every))


def true_facts(truth: dict[str, Any], own: set[str]) -> Iterator[Fact]:
    """What the registry says of the project's own tables."""
    for entity in truth["entities"]:
        table = entity["table"]
        if table not in own:
            continue
        yield ("entity", table)
        yield ("key", table, *sorted(entity["key"]))
        for each in entity["fields"]:
            yield ("field", table, each["name"])
            if each["relation"] is not None:
                yield ("relation", table, each["name"], each["relation"], "many" if each["many"] else "one")
            else:
                yield ("type", table, each["name"], each["type"] or "-")
            if each["nullable"] is not None and each["name"] not in entity["key"]:
                yield ("null", table, each["name"], str(each["nullable"]))
        key = sorted(entity["key"])
        for group in entity["uniques"]:
            if sorted(group) != key:
                yield ("unique", table, *sorted(set(group)))
        for group in entity["indexes"]:
            yield ("index", table, *(name.lstrip("-") for name in group))


def found_facts(found: dict[str, Any], targets: dict[str, str]) -> Iterator[Fact]:
    """The same of a survey. targets: tables by the names of models, for those outside of the tree."""
    entities = found.get("entities") or ()
    tables = {**targets, **{entity["name"]: entity.get("table") or entity["name"] for entity in entities}}
    for entity in entities:
        table = entity.get("table") or entity["name"]
        key = entity.get("key", ["id"])
        yield ("entity", table)
        yield ("key", table, *sorted(key))
        uniques = [(each["name"],) for each in entity["fields"] if each.get("unique")]
        uniques += [tuple(group["fields"]) for group in entity.get("uniques", ())]
        indexes = []
        for index in entity.get("indexes", ()):
            plain = [name.lstrip("-") for name in index["fields"]]
            if all(re.fullmatch(r"\w+", name) for name in plain):
                (uniques if index.get("unique") else indexes).append(tuple(plain))
        for each in entity["fields"]:
            yield ("field", table, each["name"])
            relation = each.get("relation")
            if relation is not None:
                target = tables.get(relation["target"], relation["target"])
                yield ("relation", table, each["name"], target, "many" if relation.get("many") else "one")
            elif each["type"] != "unknown":
                yield ("type", table, each["name"], "text" if each["type"] in TEXTS else each["type"])
            if not (relation or {}).get("many") and each["name"] not in key:
                yield ("null", table, each["name"], str(bool(each.get("nullable"))))
        for group in uniques:
            if sorted(group) != sorted(key):
                yield ("unique", table, *sorted(set(group)))
        yield from (("index", table, *group) for group in indexes if list(group) != list(key))


# --- output --------------------------------------------------------------------------------------------------
def print_list(name: str, scores: dict[str, Score]) -> None:
    """Every miss and every extra of a project."""
    for kind in (ROUTES, *KINDS):
        for said, facts in (("missed", scores[kind].missed), ("extra", scores[kind].extra)):
            for fact in facts:
                print(f"{name}\t{said}\t{kind}\t{' '.join(fact if kind == ROUTES else fact[1:])}")


def print_table(projects: dict[str, Any], results: dict[str, dict[str, Score]]) -> None:
    """Recall and precision per project."""
    print(
        "| project | framework | role | routes | recall | precision | facts of models | recall | precision | fields left out |"
    )
    print("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, scores in results.items():
        cells = [name, projects[name]["framework"], projects[name]["role"]]
        for kind in (ROUTES, "models"):
            score = scores[kind]
            cells += [str(score.right + len(score.missed)), f"{score.recall:.3f}", f"{score.precision:.3f}"]
        print(f"| {' | '.join([*cells, str(scores['models'].left_out)])} |")
    print()
    print(f"| project | {' | '.join(KINDS)} |")
    print(f"| --- | {' | '.join('---:' for _ in KINDS)} |")
    for name, scores in results.items():
        cells = [name, *(f"{scores[kind].recall:.2f} / {scores[kind].precision:.2f}" for kind in KINDS)]
        print(f"| {' | '.join(cells)} |")


def as_data(results: dict[str, dict[str, Score]]) -> dict[str, Any]:
    """The counts, for a file."""
    return {
        name: {
            kind: {"right": score.right, "missed": len(score.missed), "extra": len(score.extra)}
            for kind, score in scores.items()
        }
        for name, scores in results.items()
    }


if __name__ == "__main__":
    sys.exit(main())
