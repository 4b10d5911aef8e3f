"""A survey as one page: counts, components, entities, operations. It asks for nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files

from archwright.model.blueprint import Blueprint
from archwright.report.survey.component_diagram import component_diagram
from archwright.report.survey.data import KINDS, kind_of, page_data, trigger_of
from archwright.report.survey.entity_diagram import entity_diagram
from archwright.report.survey.figures import counted, figures, said_of_busiest
from archwright.report.survey.markup import text_of
from archwright.report.survey.project import project_section

_COLUMNS = ("Method", "Path", "Who gets through", "Reads", "Writes and calls", "Where")
_SCRIPTS = ("operations.js", "diagram.js")


def render_page(blueprint: Blueprint) -> str:
    """The page. The same blueprint gives the same bytes; every text from the code is shown as text."""
    return "\n".join(_lines(blueprint)) + "\n"


def _lines(blueprint: Blueprint) -> Iterator[str]:
    style, script = _asset("page.css"), "\n".join(_asset(name) for name in _SCRIPTS)
    # the policy names the one script by its digest: text from the code can't become another one
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    system = blueprint.system
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{text_of(system.name)}: the architecture as found</title>"
    yield f"<style>{style}</style></head><body>"
    yield '<a class="skip" href="#operations">to the operations</a>'
    yield f'<header><div class="wide"><h1><bdi>{text_of(system.name)}</bdi></h1>'
    known = ", ".join(system.facts.frameworks) or "Python"
    size = f" · {system.facts.languages[0][1]:,} lines of Python" if system.facts.languages else ""
    yield f'<p class="soft">the architecture as found in the code · {text_of(known)}{size}</p></div></header>'
    yield '<nav aria-label="Sections"><div class="wide"><a href="#components">Components</a><a href="#data-model">Entities</a>'
    yield '<a href="#operations">Operations</a><a href="#project">Project</a></div></nav><main class="wide">'
    yield from _counts(blueprint)
    components = component_diagram(blueprint) or '<p class="soft">nothing found that tells what runs</p>'
    yield f'<h2 id="components">Components</h2><div class="diagram components" tabindex="0">{components}</div>'
    yield from _entities(blueprint)
    yield from _operations(blueprint)
    yield from project_section(blueprint)
    yield f'</main><script type="application/json" id="data">{page_data(blueprint)}</script>'
    yield f"<script>{script}</script></body></html>"


def _counts(blueprint: Blueprint) -> Iterator[str]:
    """Figures; each chooses what it counts in the table of operations, or leads to its section."""
    found = figures(blueprint)
    yield '<ul class="counts">'
    for number, one, many, chosen in (
        (found.entities, "entity", "entities", "#data-model"),
        (found.endpoints, "endpoint", "", "endpoint"),
        (found.graphql, "GraphQL field", "", "GraphQL"),
        (found.tasks, "task", "", "task"),
        (found.commands, "command", "", "command"),
        (found.peers, "external service", "", "calls"),
    ):
        if number:
            figure, _, word = counted(number, one, many).partition(" ")
            yield _count(figure, word, chosen)
    if found.open_endpoints:
        yield _count(f"{found.open_endpoints:,}", "without authentication", "open", warn=True)
    if found.apart:
        yield _count(f"{found.apart:,}", "write outside of one transaction", "apart", warn=True)
    yield "</ul>"
    if found.busiest:
        name = text_of(found.busiest)
        yield f'<p class="soft">Busiest entity: <button class="to" data-name="{name}">{name}</button>, {said_of_busiest(found)}.</p>'


def _count(figure: str, word: str, chosen: str, *, warn: bool = False) -> str:
    inside = f"<b>{figure}</b><span>{word}</span>"
    class_ = ' class="warn"' if warn else ""
    if chosen.startswith("#"):
        return f'<li{class_}><a href="{chosen}">{inside}</a></li>'
    return f'<li{class_}><button data-choose="{chosen}">{inside}</button></li>'


def _entities(blueprint: Blueprint) -> Iterator[str]:
    yield f'<h2 id="data-model">Entities <span class="soft">({len(blueprint.system.entities):,})</span></h2>'
    diagram = entity_diagram(blueprint)
    if not diagram:
        yield '<p class="soft">none found</p>'
        return
    yield '<div class="tools"><input type="search" id="find" list="names" placeholder="find an entity or a field" aria-label="find an entity or a field">'
    names = "".join(f'<option value="{text_of(entity.name)}">' for entity in blueprint.system.entities)
    yield f'<datalist id="names">{names}</datalist>'
    yield '<span class="group"><button id="closer" aria-label="closer">+</button><button id="wider" aria-label="wider">&minus;</button>'
    yield '<button id="whole">Whole</button></span><span class="soft hint">drag to move · Ctrl and wheel to zoom · choose a box for its fields</span></div>'
    yield f'<div class="split"><div class="diagram">{diagram}</div><aside id="detail" aria-live="polite" hidden></aside></div>'


def _operations(blueprint: Blueprint) -> Iterator[str]:
    operations = blueprint.system.operations
    yield f'<h2 id="operations">Operations <span class="soft">({len(operations):,})</span></h2>'
    if not operations:
        yield '<p class="soft">none found</p>'
        return
    kinds = Counter(kind_of(operation) for operation in operations)
    methods = sorted(
        {method for operation in operations for method in trigger_of(operation)[0].split() if method.isupper()}
    )
    yield '<div class="tools"><input type="search" id="search" placeholder="search: a path, an entity, a guard, a file" aria-label="search operations">'
    yield '<select id="kind" aria-label="kind"><option value="">all kinds</option>'
    yield (
        "".join(f'<option value="{kind}">{kind} ({kinds[kind]:,})</option>' for kind in KINDS if kinds[kind])
        + "</select>"
    )
    yield '<select id="method" aria-label="method"><option value="">all methods</option>'
    yield "".join(f"<option>{text_of(method)}</option>" for method in methods) + "</select>"
    yield '<select id="choose" aria-label="which operations"><option value="">everything</option><option value="open">without authentication</option>'
    yield '<option value="writes">that write</option><option value="apart">that write outside of one transaction</option>'
    yield '<option value="calls">that call other services</option><option value="publishes">that publish</option></select>'
    yield '<button id="clear" hidden>Clear</button><span class="soft" id="shown" role="status"></span></div>'
    heads = "".join(f'<th scope="col" aria-sort="none"><button>{name}</button></th>' for name in _COLUMNS)
    yield f'<table id="endpoints"><thead><tr>{heads}</tr></thead><tbody></tbody></table>'
    yield '<div class="pager" hidden><button id="before">Before</button><span class="soft" id="place"></span><button id="after">Next</button></div>'
    yield '<noscript><p class="warn">The table and the details need JavaScript; blueprint.json holds the same.</p></noscript>'


def _asset(name: str) -> str:
    return files("archwright.report.survey").joinpath(name).read_text(encoding="utf-8").strip()
