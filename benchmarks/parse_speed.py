"""Lines per CPU second of both front ends, of loading, and of the cache, on a directory.

python benchmarks/parse_speed.py DIRECTORY
"""

from __future__ import annotations

import gc
import marshal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from archwright.source.discover import discover
from archwright.source.load import load_project
from archwright.source.parse import facts_of, host, tree
from archwright.source.parse.columns import count_characters
from archwright.source.parse.lower import lower_module
from archwright.source.parse.text import count_lines, decode


def whole(data: bytes) -> None:
    """The fast path and what it falls back on, to bytes."""
    marshal.dumps(facts_of(data))


def by_host(data: bytes) -> None:
    """Decoding, the host's parser, lowering."""
    text, errors = decode(data)
    try:
        module = host.parse(text)
    except host.Refused:
        return
    count_characters(module, text)
    lower_module(module, count_lines(text), errors)


def by_tree(data: bytes) -> None:
    """Decoding, tree-sitter, conversion, lowering."""
    text, errors = decode(data)
    read = tree.parse(text)
    if read is not None:
        count_characters(read.module, text)
        lower_module(read.module, count_lines(text), errors)


def parse_only(data: bytes) -> None:
    """The host's parser alone: the floor."""
    try:
        host.parse(decode(data)[0])
    except host.Refused:
        return


def main(directory: str) -> None:
    found = discover(["."], directory)
    files = [Path(directory, module.path).read_bytes() for module in found.files]
    lines = sum(count_lines(decode(data)[0]) for data in files)
    print(f"{len(files)} files, {lines} lines, Python {sys.version.split()[0]}")
    gc.disable()
    stages: list[tuple[str, Callable[[bytes], None]]] = [
        ("ast.parse alone", parse_only),
        ("ast to facts", by_host),
        ("tree-sitter to facts", by_tree),
        ("whole, to bytes", whole),
    ]
    for name, stage in stages:
        start = time.process_time()
        for data in files:
            stage(data)
        print(f"{name:24} {lines / (time.process_time() - start):10,.0f} lines per CPU second")
    gc.enable()
    with tempfile.TemporaryDirectory() as cache:
        for name in ("load, cold cache", "load, warm cache"):
            start = time.perf_counter()
            size = sum(len(file.data) for file in load_project(["."], root=directory, cache=cache).files)
            took = time.perf_counter() - start
            print(
                f"{name:24} {lines / took:10,.0f} lines per second, {took:.2f} s, {size / max(lines, 1):.0f} bytes a line"
            )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ".")
