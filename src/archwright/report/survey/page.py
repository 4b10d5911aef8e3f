"""A survey as one page: counts, entities, components, endpoints. It asks for nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from importlib.resources import files

from archwright.model.blueprint import Blueprint
from archwright.model.entity import Entity, Field
from archwright.model.operation import Command, GraphqlField, Http, Operation
from archwright.report.survey.diagrams import component_diagram, entity_diagram, text_of
from archwright.report.survey.figures import counted, figures, is_open
from archwright.report.terminal import visible

_COLUMNS = ("method", "path", "who gets through", "reads", "writes and calls", "where")


def render_page(blueprint: Blueprint) -> str:
    """The page. The same blueprint gives the same bytes; every text from the code is shown as text."""
    return "\n".join(_lines(blueprint)) + "\n"


def _lines(blueprint: Blueprint) -> Iterator[str]:
    style, script = _asset("page.css"), _asset("page.js")
    # the policy names the one script by its digest: text from the code can't become another one
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    system = blueprint.system
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{text_of(system.name)}: the architecture as found</title>"
    yield f"<style>{style}</style></head><body><main>"
    yield f"<h1>{text_of(system.name)}</h1>"
    known = ", ".join(system.facts.frameworks) or "Python"
    size = f" · {system.facts.languages[0][1]:,} lines of Python" if system.facts.languages else ""
    yield f'<p class="soft">the architecture as found in the code · {text_of(known)}{size}</p>'
    yield from _counts(blueprint)
    yield '<p><nav><a href="#data-model">Entities</a><a href="#components">Components</a><a href="#operations">Operations</a>'
    yield '<a href="#project">Project</a></nav></p>'
    yield from _entities(blueprint)
    yield f'<h2 id="components">Components</h2><div class="diagram components">{component_diagram(blueprint)}</div>'
    yield from _operations(blueprint)
    yield from _project(blueprint)
    yield f'</main><script type="application/json" id="data">{_data(blueprint)}</script>'
    yield f"<script>{script}</script></body></html>"


def _counts(blueprint: Blueprint) -> Iterator[str]:
    found = figures(blueprint)
    yield '<ul class="counts">'
    for number, one, many in (
        (found.entities, "entity", "entities"),
        (found.endpoints, "endpoint", ""),
        (found.graphql, "GraphQL field", ""),
        (found.tasks, "task", ""),
        (found.commands, "command", ""),
        (found.peers, "external service", ""),
    ):
        if number:
            figure, _, word = counted(number, one, many).partition(" ")
            yield f"<li><b>{figure}</b>{word}</li>"
    if found.open_endpoints:
        yield f'<li class="warn"><b>{found.open_endpoints:,}</b>without authentication</li>'
    if found.busiest:
        yield f"<li><b>{text_of(found.busiest)}</b>busiest: written by {counted(found.busiest_writers, 'operation')}</li>"
    yield "</ul>"


def _entities(blueprint: Blueprint) -> Iterator[str]:
    yield '<h2 id="data-model">Entities</h2>'
    diagram = entity_diagram(blueprint)
    if not diagram:
        yield '<p class="soft">none found</p>'
        return
    yield '<div class="tools"><input type="search" id="find" placeholder="find an entity or a field" aria-label="find an entity or a field">'
    yield '<button id="closer" aria-label="closer">+</button><button id="wider" aria-label="wider">&minus;</button><button id="whole">whole</button>'
    yield '<span class="soft">drag to move, click a box for its fields</span></div>'
    yield f'<div class="diagram">{diagram}</div><div id="detail"></div>'


def _operations(blueprint: Blueprint) -> Iterator[str]:
    operations = blueprint.system.operations
    yield f'<h2 id="operations">Operations <span class="soft">({len(operations)})</span></h2>'
    if not operations:
        yield '<p class="soft">none found</p>'
        return
    yield '<div class="tools"><input type="search" id="search" placeholder="search: a path, an entity, a guard, a file" aria-label="search operations">'
    yield '<select id="choose" aria-label="which operations"><option value="">all</option><option value="open">without authentication</option>'
    yield '<option value="writes">that write</option><option value="calls">that call other services</option>'
    yield '<option value="http">endpoints</option><option value="other">tasks and commands</option></select>'
    yield '<span class="soft" id="shown"></span></div>'
    heads = "".join(f'<th scope="col"><button>{name}</button></th>' for name in _COLUMNS)
    yield f'<table id="endpoints"><thead><tr>{heads}</tr></thead><tbody>'
    for operation in operations:
        yield _row(operation)
    yield "</tbody></table>"


def _row(operation: Operation) -> str:
    access = operation.access
    writes = dict.fromkeys(touch.entity for touch in access.writes)
    calls = [
        f"calls {call.peer}" + (f" (at most {call.timeout})" if call.timeout is not None else "")
        for call in access.calls
    ]
    place = f"{operation.place.path}:{operation.place.line}" if operation.place is not None else ""
    method, path = _trigger(operation)
    kinds = ["http" if isinstance(operation.trigger, Http) else "other"]
    kinds += ["open"] * is_open(operation) + ["writes"] * bool(writes) + ["calls"] * bool(calls)
    who = ", ".join(operation.guards) or ", ".join(policy.role for policy in operation.policies)
    unguarded = '<span class="warn">nothing found</span>' if is_open(operation) and not who else ""
    cells = (
        ("", f'<span class="method">{text_of(method)}</span>'),
        ("", f"<code>{text_of(path)}</code>"),
        ("who", text_of(who) or unguarded),
        ("reads", text_of(", ".join(touch.entity for touch in access.reads))),
        ("writes", text_of(", ".join([*writes, *calls]))),
        ("", f'<code class="soft">{text_of(place)}</code>'),
    )
    columns = "".join(f"<td{f' data-label={label!r}' if label and cell else ''}>{cell}</td>" for label, cell in cells)
    return f'<tr data-kinds="{" ".join(kinds)}">{columns}</tr>'


def _trigger(operation: Operation) -> tuple[str, str]:
    trigger = operation.trigger
    if isinstance(trigger, Http):
        return trigger.method.replace("|", " "), trigger.path
    if isinstance(trigger, GraphqlField):
        return trigger.type, trigger.field
    if isinstance(trigger, Command):
        return "command", trigger.name
    kind, _, rest = str(operation).partition(" ")
    return ("task" if kind == "message" else kind), rest


def _project(blueprint: Blueprint) -> Iterator[str]:
    facts = blueprint.system.facts
    yield '<h2 id="project">Project</h2><table><tbody>'
    for label, items in (
        ("conventions", tuple(f"{each} ({each.place})" if each.place else str(each) for each in facts.conventions)),
        ("external services", tuple(peer.name for peer in blueprint.system.peers)),
        ("contracts", tuple(f"{contract.kind}: {contract.path}" for contract in facts.contracts)),
        ("dependencies", tuple(f"{each.name}{each.specifier}" for each in facts.dependencies)),
    ):
        if items:
            yield f'<tr><th scope="row">{label}</th><td>{text_of(" · ".join(dict.fromkeys(items)))}</td></tr>'
    yield "</tbody></table>"


def _data(blueprint: Blueprint) -> str:
    """What the script shows of each entity, as JSON that can't end its element."""
    operations = blueprint.system.operations
    writers = {
        entity.name: [str(o) for o in operations if any(t.entity == entity.name for t in o.access.writes)]
        for entity in blueprint.system.entities
    }
    readers = {
        entity.name: [str(o) for o in operations if any(t.entity == entity.name for t in o.access.reads)]
        for entity in blueprint.system.entities
    }
    listed = [_entity(entity, writers[entity.name], readers[entity.name]) for entity in blueprint.system.entities]
    text = json.dumps(listed, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _entity(entity: Entity, writers: list[str], readers: list[str]) -> dict[str, object]:
    return {
        "name": visible(entity.name),
        "table": visible(entity.table or ""),
        "place": visible(f"{entity.place.path}:{entity.place.line}") if entity.place is not None else "",
        "text": visible(entity.description),
        "fields": [
            [visible(field.name), visible(_type(field)), visible(_rules(entity, field))] for field in entity.fields
        ],
        "indexes": [
            visible(f"({', '.join(index.fields)})" + (f" where {index.where}" if index.where else ""))
            for index in entity.indexes
        ],
        "uniques": [
            visible(f"({', '.join(unique.fields)})" + (f" where {unique.where}" if unique.where else ""))
            for unique in entity.uniques
        ],
        "writers": [visible(name) for name in writers],
        "readers": [visible(name) for name in readers],
    }


def _type(field: Field) -> str:
    if field.relation is not None:
        return f"{'many ' if field.relation.many else ''}{field.relation.target}"
    return f"{field.type}({field.max_length})" if field.max_length is not None else str(field.type)


def _rules(entity: Entity, field: Field) -> str:
    said = []
    if field.name in entity.key:
        said.append("key")
    if field.unique:
        said.append("unique")
    if field.nullable:
        said.append("may be empty")
    if field.default is not None:
        said.append(f"default {field.default}")
    if field.values:
        said.append(f"one of {', '.join(field.values)}")
    if field.relation is not None and not field.relation.many:
        said.append(f"on delete {field.relation.on_delete}")
    return ", ".join(said)


def _asset(name: str) -> str:
    return files("archwright.report.survey").joinpath(name).read_text(encoding="utf-8").strip()
