"""What a change touches or causes: the code as it is beside the code as it was, both reviewed whole.

`main` means: since the commit where this branch left main (their merge base), whatever is not committed yet included. `A..B` means:
what B has changed since it left A; the working tree does not count. A finding concerns the change if it was not there before,
wherever in the code it is now, or if its place or a step of its trace lies on changed lines. Submodules are not compared.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from archwright.model.finding import Finding
from archwright.review.changes import Changes
from archwright.review.judged import Asked, Judged, judge
from archwright.review.known import recognise
from archwright.source.parse.text import decode
from archwright.source.program import Program
from archwright.source.revision import Repository, RevisionError


class Since:
    """A change, and the review of what it led to."""

    def __init__(
        self, name: str, judged: Judged, new: Iterable[Finding], changes: Changes, apart: tuple[str, ...]
    ) -> None:
        self.name = name
        self.judged = judged
        self._new = frozenset(finding.fingerprint for finding in new)
        self._changes = changes
        self._apart = apart

    def concerns(self, finding: Finding) -> bool:
        """Whether the change touches or causes a finding."""
        if any(finding.path.startswith(path + "/") for path in self._apart):
            return False
        return finding.fingerprint in self._new or self._changes.touch(finding)

    def told(self) -> str:
        """A sentence on what could not be compared; empty where all was."""
        return (
            f"not compared, since they are repositories of their own: {', '.join(self._apart)}" if self._apart else ""
        )

    def kept_source(self, findings: Iterable[Finding]) -> Callable[[str], str | None]:
        """The texts of the files that findings name, for after the older files are gone."""
        paths = {path for f in findings for path in (f.path, *(step.path for step in f.trace))}
        texts = {path: self.judged.program.source(path) for path in sorted(paths)}
        return texts.get


@contextmanager
def since(asked: Asked, revision: str) -> Iterator[Since]:
    """Review the code now and as it was. Raises RevisionError where git can't tell.

    What is given holds only inside the block, while the older files are there.
    """
    one, dots, two = revision.partition("..")
    repository = Repository(asked.root)
    head = (two.removeprefix(".") or "HEAD") if dots else "HEAD"
    base = repository.base_of(one or "HEAD", head)
    inside = _inside(asked.root, repository)
    with repository.files_of(base) as before:
        if dots:
            with repository.files_of(repository.commit(head)) as after:
                now = judge(asked, after / inside, _there(asked, repository, after))
                yield _compared(asked, revision, repository, base, before, now)
        else:
            yield _compared(asked, revision, repository, base, before, judge(asked))


def _compared(asked: Asked, revision: str, repository: Repository, base: str, before: Path, now: Judged) -> Since:
    root = before / _inside(asked.root, repository)
    then = judge(asked, root, _there(asked, repository, before))
    # only what would have been told then is old: a finding that becomes surer is new
    fingerprints = [finding.fingerprint for finding in then.comments.kept if asked.shows(finding)]
    new = recognise(now.comments.kept, fingerprints).new
    gone = _paths(then.program) - _paths(now.program)
    apart = tuple(sorted(_from(root, before / path) for path in repository.submodules(base)))
    return Since(revision, now, new, Changes(_reader(root), now.program.source, gone), apart)


def _paths(program: Program) -> set[str]:
    return {module.path for module in program.project.modules}


def _inside(root: Path, repository: Repository) -> str:
    return _within(".", root, repository)


def _within(path: str, root: Path, repository: Repository) -> str:
    """A path of the call as seen from the top of the repository. Raises RevisionError where it is outside of it."""
    full = Path(os.path.normpath(root.absolute() / path))
    for one, top in ((full, repository.top), (full.resolve(), repository.top.resolve())):
        if one.is_relative_to(top):
            return one.relative_to(top).as_posix()
    raise RevisionError(
        f"{path} is outside of the repository {repository.top.name}", "--diff compares files of one repository"
    )


def _there(asked: Asked, repository: Repository, top: Path) -> list[str]:
    """Those of the paths asked for that a state of the code below `top` has, as seen from the directory of the call there."""
    paths = [_within(path, asked.root, repository) for path in asked.paths]
    root = top / _inside(asked.root, repository)
    root.mkdir(parents=True, exist_ok=True)
    return [_from(root, top / path) for path in paths if (top / path).exists()]


def _from(root: Path, path: Path) -> str:
    return Path(os.path.relpath(path, root)).as_posix()


def _reader(root: Path) -> Callable[[str], str | None]:
    """Texts of the files below a directory."""

    def read(path: str) -> str | None:
        try:
            return decode((root / path).read_bytes())[0]
        except OSError:
            return None

    return read
