"""Write the projects of projects.tsv as plain work trees, each at its fixed commit.

usage:
    python benchmarks/checkout.py --from CLONES --into TREES [--role measure|reserve] [--only NAME ...]
    python benchmarks/checkout.py --url 'https://git.example.org/{repository}.git' --into TREES

With --from, CLONES holds clones made beforehand, bare or not, as OWNER+NAME/repo, OWNER/NAME, OWNER/NAME.git, NAME or
NAME.git. With --url, the one commit of each project is fetched from the address that the template gives
({repository} stands for OWNER/NAME). Each tree goes to TREES/NAME; one that is there already is left alone, so an
interrupted run can be repeated. Prints one line per project: name, commit, files written, files left out and why.

Files are read blob by blob rather than with `git archive`, because a partial clone that lacks one large data file
makes `git archive` stop halfway; a missing blob is counted and named instead.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from projects import PROJECTS_FILE, ROLES, Project, read_projects

EXECUTABLE = b"100755"
SYMLINK = b"120000"


@dataclass
class Export:
    """What became of one tree: the number of files written, and the paths left out with the reason."""

    written: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)


def find_clone(clones: Path, repository: str) -> Path | None:
    """The clone of `repository` (OWNER/NAME) under `clones`, or None."""
    name = repository.split("/")[1]
    for candidate in (f"{repository.replace('/', '+')}/repo", repository, f"{repository}.git", name, f"{name}.git"):
        path = clones / candidate
        if (path / "objects").is_dir() or (path / ".git").exists():
            return path
    return None


def fetch(url: str, commit: str, into: Path) -> Path:
    """A bare repository at `into` holding `commit` alone, fetched from `url`."""
    subprocess.run(["git", "init", "--quiet", "--bare", str(into)], check=True)
    subprocess.run(["git", "-C", str(into), "fetch", "--quiet", "--depth", "1", url, commit], check=True)
    return into


def stays_inside(path: str, target: str) -> bool:
    """Whether a symbolic link at `path` to `target` stays inside the tree."""
    if target.startswith("/"):
        return False
    depth = 0
    for part in (*PurePosixPath(path).parent.parts, *target.split("/")):
        depth += -1 if part == ".." else 0 if part in ("", ".") else 1
        if depth < 0:
            return False
    return True


def export(clone: Path, commit: str, into: Path, wanted: Callable[[str], bool] = lambda _: True) -> Export:
    """Write the tree of `commit` to the new directory `into`; raises CalledProcessError where the commit is unknown.

    Files whose path `wanted` refuses are passed over and not counted.
    """
    git = ["git", "-C", str(clone)]
    listing = subprocess.run([*git, "ls-tree", "-r", "-z", commit], capture_output=True, check=True).stdout
    result = Export()
    entries: list[tuple[bytes, bytes, str]] = []
    for entry in filter(None, listing.split(b"\0")):
        meta, _, raw_name = entry.partition(b"\t")
        mode, kind, blob = meta.split()
        name = raw_name.decode(errors="surrogateescape")
        if kind == b"blob" and wanted(name):
            entries.append((mode, blob, name))
        elif wanted(name):
            result.left_out.append((name, "submodule"))
    with tempfile.TemporaryFile() as names:  # all names at once: asking for each in turn waits twice a file
        names.write(b"".join(blob + b"\n" for _, blob, _ in entries))
        names.seek(0)
        environment = {**os.environ, "GIT_NO_LAZY_FETCH": "1"}
        command = [*git, "cat-file", "--batch", "--buffer"]
        with subprocess.Popen(command, stdin=names, stdout=subprocess.PIPE, env=environment) as batch:
            assert batch.stdout is not None
            for mode, _, name in entries:
                head = batch.stdout.readline().split()
                if head[1] == b"missing":
                    result.left_out.append((name, "not in the clone"))
                    continue
                body = batch.stdout.read(int(head[2]))
                batch.stdout.read(1)
                if write(into / name, mode, body, name):
                    result.written += 1
                else:
                    result.left_out.append((name, "link out of the tree"))
    return result


def write(target: Path, mode: bytes, body: bytes, name: str) -> bool:
    """Write the file or link `name` of a tree to `target`; False for a link out of the tree, which is left out."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if mode == SYMLINK:
        link = body.decode(errors="surrogateescape")
        if not stays_inside(name, link):
            return False
        target.symlink_to(link)
        return True
    target.write_bytes(body)
    if mode == EXECUTABLE:
        target.chmod(0o755)
    return True


def check_out(project: Project, clones: Path | None, url: str | None, into: Path) -> str:
    """Write one project's tree and return the line to print."""
    tree = into / project.name
    if tree.exists():
        return f"{project.name}\t{project.commit}\talready there"
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into, prefix=".checkout-") as scratch:
        if clones is not None:
            clone = find_clone(clones, project.repository)
            if clone is None:
                raise SystemExit(f"checkout: no clone of {project.repository} in {clones}; clone it, or give --url")
        else:
            assert url is not None
            clone = fetch(url.replace("{repository}", project.repository), project.commit, Path(scratch) / "clone")
        fresh = Path(scratch) / "tree"
        fresh.mkdir()
        result = export(clone, project.commit, fresh)
        fresh.rename(tree)  # last, so that a tree that is there is a whole tree
    lines = [f"{project.name}\t{project.commit}\t{result.written} files\t{len(result.left_out)} left out"]
    lines += [f"    {name}: {reason}" for name, reason in result.left_out]
    return "\n".join(lines)


def main() -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--from", dest="clones", type=Path, help="directory of clones, bare or not")
    source.add_argument("--url", help="address template holding {repository}")
    parser.add_argument("--into", type=Path, required=True, help="directory for the trees")
    parser.add_argument("--projects", type=Path, default=PROJECTS_FILE, help="default: projects.tsv beside this script")
    parser.add_argument("--role", choices=ROLES, help="only the projects of this role")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="only these projects")
    arguments = parser.parse_args()
    if arguments.url is not None and "{repository}" not in arguments.url:
        parser.error("--url must hold {repository}, which stands for OWNER/NAME")
    failed = 0
    for project in read_projects(arguments.projects, arguments.role, arguments.only):
        try:
            print(check_out(project, arguments.clones, arguments.url, arguments.into), flush=True)
        except subprocess.CalledProcessError as error:
            failed += 1
            print(f"{project.name}\t{project.commit}\tfailed: {' '.join(map(str, error.cmd[:6]))}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
