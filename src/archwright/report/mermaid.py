"""Mermaid diagrams of a blueprint: its tables with their references, and what runs. Hostile names can't break out of them."""

from __future__ import annotations

import re

from archwright.model.physical import Physical, Table
from archwright.model.system import System


def entity_diagram(physical: Physical) -> str:
    """The tables, their columns and references, as a Mermaid `erDiagram` without its fence."""
    lines = ["erDiagram"]
    for table in physical.tables:
        lines.append(f"    {_word(table.name)} {{")
        lines += [f"        {_column(table, column.name, column.type)}" for column in table.columns]
        lines.append("    }")
    for table in physical.tables:
        for key in table.foreign_keys:
            columns = [table.column(name) for name in key.columns]
            optional = any(column is not None and column.nullable for column in columns)
            single = set(key.columns) == set(table.key) or any(
                set(u.columns) == set(key.columns) for u in table.uniques
            )
            ends = ("|o" if optional else "||") + "--" + ("o|" if single else "o{")
            lines.append(f"    {_word(key.target)} {ends} {_word(table.name)} : {_word('_'.join(key.columns))}")
    return "\n".join(lines)


def process_diagram(system: System, physical: Physical) -> str:
    """What runs and what it calls, as a Mermaid `flowchart` without its fence."""
    lines = ["flowchart LR", "    clients([clients])"]
    for process in physical.processes:
        times = f" x {process.instances}" if process.instances > 1 else ""
        label = f"{_label(process.name)}{times}<br/>{_label(process.technology)}"
        shape = f'[("{label}")]' if process.kind == "database" else f'["{label}"]'
        lines.append(f"    {_word(process.name)}{shape}")
    stores = [process for process in physical.processes if process.kind == "database"]
    for process in physical.processes:
        if process.kind == "service":
            lines.append(f"    clients --> {_word(process.name)}")
        if process.kind != "database" and stores:
            lines.append(f"    {_word(process.name)} --> {_word(stores[0].name)}")
    lines += [f"    {_word(stores[0].name)} -. log .-> {_word(other.name)}" for other in stores[1:]]
    peers = sorted({call.peer for route in physical.routes for call in route.calls})
    known = [peer.name for peer in system.peers if peer.name in peers] + [
        name for name in peers if name not in {peer.name for peer in system.peers}
    ]
    service = next((process for process in physical.processes if process.kind == "service"), None)
    for number, name in enumerate(known):
        lines.append(f'    peer{number}(["{_label(name)}"])')
        if service is not None:
            lines.append(f"    {_word(service.name)} --> peer{number}")
    return "\n".join(lines)


def _column(table: Table, name: str, type_: str) -> str:
    marks = ["PK"] if name in table.key else []
    if any(name in key.columns for key in table.foreign_keys):
        marks.append("FK")
    if any(unique.columns == (name,) for unique in table.uniques):
        marks.append("UK")
    plain = re.sub(r"\(.*", "", type_)
    return f"{_word(plain)} {_word(name)}" + (f" {', '.join(marks)}" if marks else "")


def _word(text: str) -> str:
    """A name that Mermaid reads as one word."""
    word = re.sub(r"[^A-Za-z0-9_]", "_", text)
    return word if re.match(r"[A-Za-z]", word) else f"x{word}"


def _label(text: str) -> str:
    """A text between quotes: letters, digits and plain punctuation, everything else as a space."""
    return re.sub(r"[^A-Za-z0-9 .,/_-]", " ", text)
