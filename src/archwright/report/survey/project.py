"""The part of the page on the project itself: settings, conventions, outside services, dependencies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archwright.model.blueprint import Blueprint
from archwright.report.survey.markup import text_of


def project_section(blueprint: Blueprint) -> Iterator[str]:
    """What is found beside code, each list folded where it is long."""
    system = blueprint.system
    facts = system.facts
    yield '<h2 id="project">Project</h2>'
    found = False
    for label, items in (
        (
            "Processes",
            [
                _process(each.name, each.kind, each.technology, len(each.serves))
                for each in blueprint.physical.processes
            ],
        ),
        (
            "External services",
            [
                f"{peer.name} ({f'at most {peer.timeout}' if peer.timeout else 'no time limit found'})"
                for peer in system.peers
            ],
        ),
        ("Channels", [f"{channel.name} ({channel.kind})" for channel in system.channels]),
        ("Caches", [cache.name + (f", for {cache.ttl}" if cache.ttl else "") for cache in system.caches]),
        ("Conventions", [f"{each} ({each.place})" if each.place else str(each) for each in facts.conventions]),
        ("Contracts", [f"{contract.kind}: {contract.path}" for contract in facts.contracts]),
        ("Dependencies", [f"{each.name}{each.specifier}" for each in facts.dependencies]),
    ):
        if items:
            found = True
            yield _folded(label, list(dict.fromkeys(items)))
    if facts.environment:
        found = True
        yield f'<details open><summary>Settings from the environment <span class="soft">({len(facts.environment)})</span></summary>'
        yield '<table class="plain"><thead><tr><th scope="col">Name</th><th scope="col">Default</th><th scope="col">Where</th></tr></thead><tbody>'
        for setting in facts.environment:
            default = "secret" if setting.secret else "required" if setting.default is None else setting.default
            soft = ' class="soft"' if setting.secret or setting.default is None else ""
            place = f"{setting.place.path}:{setting.place.line}" if setting.place is not None else ""
            yield f"<tr><td><code>{text_of(setting.name)}</code></td><td{soft}>{text_of(default)}</td>"
            yield f'<td><code class="soft">{text_of(place)}</code></td></tr>'
        yield "</tbody></table></details>"
    if not found:
        yield '<p class="soft">nothing found</p>'


def _process(name: str, kind: str, technology: str, serves: int) -> str:
    return f"{name}: {kind}, {technology}" + (f", {serves:,} handlers" if serves else "")


def _folded(label: str, items: Sequence[str]) -> str:
    listed = "".join(f"<li><bdi>{text_of(item)}</bdi></li>" for item in items)
    opened = " open" if len(items) <= 24 else ""
    return f'<details{opened}><summary>{label} <span class="soft">({len(items):,})</span></summary><ul class="list">{listed}</ul></details>'
