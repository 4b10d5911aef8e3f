"""Small programs written to disk and analysed, and what the tests ask of their effects."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from archwright.model.effect import Effect, Interpret, Load, Read
from archwright.model.value import Clean, Use
from archwright.source.program import Program, analyse


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Program]:
    """The program that some files make; further arguments are the kinds of effect to look for."""

    def made(files: dict[str, str], *kinds: type[Effect]) -> Program:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        return analyse(["."], wanted=frozenset(kinds), root=tmp_path)

    return made


@pytest.fixture
def per_row() -> Callable[[Program], set[str]]:
    """What is fetched once for each row of a loop: relations by their path, queries as `Entity?`."""

    def found(program: Program) -> set[str]:
        names = set()
        for effect in program.effects:
            loops = [
                loop for loop in effect.context.loops if loop.over == "rows" and loop.concerned and not loop.constant
            ]
            if isinstance(effect, Load) and effect.relation not in effect.loaded:
                if any(loop.query is not None and loop.query == effect.query for loop in loops):
                    names.add(effect.relation)
            elif isinstance(effect, Read) and loops:
                names.add(f"{effect.entity}?")
        return names

    return found


@pytest.fixture
def dirty_sql() -> Callable[[Program], list[Interpret]]:
    """The SQL texts that data from outside reaches uncleaned."""

    def found(program: Program) -> list[Interpret]:
        return [
            effect
            for effect in program.effects
            if isinstance(effect, Interpret) and effect.text.state(Use.SQL_TEXT) is Clean.DIRTY
        ]

    return found
