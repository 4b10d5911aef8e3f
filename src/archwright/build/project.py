"""Build a project, or build it again: what the blueprint says, merged with what the user made of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from archwright.build.baseline import PATH as BASELINE
from archwright.build.baseline import Baseline, dump, load
from archwright.build.diff3 import OURS, has_conflict, merge
from archwright.build.error import BuildError
from archwright.build.migration import FOLDER, migrate
from archwright.build.plan import File, Role, plan
from archwright.build.project_names import Names
from archwright.build.report import BuildReport, Conflict
from archwright.model.blueprint import Blueprint


@dataclass
class _Work:
    """The build while it is decided; nothing is on disk before everything is."""

    root: Path
    base: Mapping[str, str]
    texts: dict[str, str] = field(default_factory=dict)
    """What to write, by path."""
    removals: list[str] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)

    def note(self, what: str, path: str) -> None:
        """Put the path in one of the report's lists."""
        self.lists.setdefault(what, []).append(path)


def build_project(blueprint: Blueprint, directory: str | os.PathLike[str], *, dry_run: bool = False) -> BuildReport:
    """Write the project of a blueprint into a directory, or merge it with what is there.

    Raises BuildError, and has then written nothing: for a blueprint that can't be built, a schema change that needs a
    person, files in the way of a first build, and conflicts of an earlier build that are still marked.
    """
    root = Path(directory)
    baseline = load(root)
    base = dict(baseline.files) if baseline is not None else {}
    migrations = _migrations_on_disk(root)
    migration = migrate(baseline.tables if baseline is not None else (), blueprint.physical.tables, migrations)
    tables = migration.tables if migration is not None else blueprint.physical.tables
    files = plan(blueprint, tables)
    work = _Work(root, base)
    _refuse_marked(root, [file.path for file in files])
    if baseline is None:
        _refuse_foreign(root, files)
    for file in files:
        _decide(work, file)
    history = {path: text for path, text in base.items() if path.startswith(f"{FOLDER}/")}
    new_migrations: tuple[str, ...] = ()
    if migration is not None and migration.path:
        work.texts[migration.path] = migration.text
        work.note("written", migration.path)
        history[migration.path] = migration.text
        new_migrations = (migration.path,)
    planned = {file.path for file in files}
    for path in sorted(set(base) - planned - set(history)):
        _retire(work, path)
    remembered = {**history, **{file.path: file.text for file in files}}
    remembered |= {path: base[path] for path in work.lists.get("left", ())}
    if not dry_run:
        _write(root, work, dump(Baseline(files=remembered, tables=tables)))
    lists = {what: tuple(sorted(paths)) for what, paths in work.lists.items()}
    return BuildReport(
        **lists,
        conflicts=tuple(work.conflicts),
        migrations=new_migrations,
        held=migration.held if migration is not None else (),
        unbuilt=_unbuilt(blueprint),
        owned=f"{Names(blueprint).package}/domain",
    )


def _unbuilt(blueprint: Blueprint) -> tuple[str, ...]:
    """The operations that no route serves."""
    served = {route.operation for route in blueprint.physical.routes}
    return tuple(operation.name for operation in blueprint.system.operations if operation.name not in served)


def _decide(work: _Work, file: File) -> None:
    """What becomes of one planned file."""
    current = _read(work.root, file.path)
    base = work.base.get(file.path)
    if current is None:
        if base is None:
            work.texts[file.path] = file.text
            work.note("written", file.path)
        else:
            work.note("deleted", file.path)
    elif current == file.text:
        work.note("unchanged", file.path)
    elif file.role is Role.OWNED:
        work.note("kept", file.path)
    elif base is not None and current == base:
        work.texts[file.path] = file.text
        work.note("written", file.path)
    elif base == file.text:
        work.note("kept", file.path)
    else:
        _merge(work, file, base or "", current)


def _merge(work: _Work, file: File, base: str, current: str) -> None:
    """Merge both sides' changes. Line ends stay as the user's editor has them."""
    windows = "\r\n" in current
    merged = merge(base, current.replace("\r\n", "\n") if windows else current, file.text)
    text = merged.text.replace("\n", "\r\n") if windows else merged.text
    if text == current:
        work.note("kept", file.path)
        return
    work.texts[file.path] = text
    work.note("merged", file.path)
    work.conflicts += [Conflict(file.path, line) for line in merged.conflicts]


def _retire(work: _Work, path: str) -> None:
    """A file that is no longer part of the project: removed if nobody edited it and it was never the user's."""
    current = _read(work.root, path)
    if current is None:
        return
    if current == work.base[path] and "/domain/" not in path:
        work.removals.append(path)
        work.note("removed", path)
    else:
        work.note("left", path)


def _read(root: Path, path: str) -> str | None:
    """The text of a file; None where there is none. Raises BuildError for what is no text file."""
    place = root / path
    try:
        return place.read_bytes().decode("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError as error:
        raise BuildError(f"{path} is not UTF-8 text, so it can't be merged; convert it or move it away") from error
    except OSError as error:
        raise BuildError(f"{path} can't be read: {error.strerror}") from error


def _refuse_marked(root: Path, paths: list[str]) -> None:
    """Conflicts of an earlier build must be settled first, or they would be merged into each other."""
    found = []
    for path in paths:
        text = _read(root, path)
        if text is not None and has_conflict(text):
            line = text.splitlines().index(OURS) + 1
            found.append(f"{path}:{line} still holds a marked conflict; settle it, then build again")
    if found:
        raise BuildError(*found)


def _refuse_foreign(root: Path, files: tuple[File, ...]) -> None:
    """A first build overwrites nothing."""
    found = []
    for file in files:
        text = _read(root, file.path)
        if text is not None and text != file.text:
            found.append(f"{file.path} exists and was not written by archwright; build into another directory")
    if found:
        raise BuildError(*found)


def _migrations_on_disk(root: Path) -> dict[str, str]:
    found = {}
    for path in sorted((root / FOLDER).glob("*.py")):
        text = _read(root, f"{FOLDER}/{path.name}")
        if text is not None:
            found[f"{FOLDER}/{path.name}"] = text
    return found


def _write(root: Path, work: _Work, baseline: str) -> None:
    """Each file whole or not at all; the baseline last, so that a build that was cut short is simply done again."""
    top = root.resolve()
    for path in [*work.texts, *work.removals, BASELINE]:
        if not (root / path).resolve().is_relative_to(top):
            raise BuildError(f"{path} leads out of the project through a link")
    for path, text in sorted(work.texts.items()):
        _replace(root / path, text)
    for path in work.removals:
        (root / path).unlink()
    if _read(root, BASELINE) != baseline:
        _replace(root / BASELINE, baseline)


def _replace(place: Path, text: str) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_name(f".{place.name}.new")
        beside.write_bytes(text.encode("utf-8"))
        if place.exists():
            beside.chmod(place.stat().st_mode & 0o777)
        beside.replace(place)
    except OSError as error:
        raise BuildError(f"{place.name} can't be written: {error.strerror}") from error
