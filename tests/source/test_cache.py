from __future__ import annotations

import marshal
import os
import sys
from pathlib import Path

import pytest

from archwright.source import cache as module
from archwright.source.cache import FACTS_VERSION, FactsCache, default_directory, digest_of
from archwright.source.parse import facts_of_text

A, B, C = digest_of(b"a"), digest_of(b"b"), digest_of(b"c")


def pack(directory: Path) -> Path:
    (path,) = (directory / "facts").glob("*.pack")
    return path


def saved(directory: Path, **facts: bytes) -> None:
    cache = FactsCache(directory, "project")
    cache.save({digest_of(name.encode()): blob for name, blob in facts.items()})


def test_gives_back_what_was_saved(tmp_path: Path) -> None:
    saved(tmp_path, a=b"one", b=b"two" * 1000)
    cache = FactsCache(tmp_path, "project")
    assert (cache.get(A), cache.get(B), cache.get(C)) == (b"one", b"two" * 1000, None)
    assert FactsCache(tmp_path, "another project").get(A) is None


def test_grows_at_its_end(tmp_path: Path) -> None:
    saved(tmp_path, a=b"one" * 100)
    before = pack(tmp_path).read_bytes()
    cache = FactsCache(tmp_path, "project")
    cache.get(A)
    cache.save({B: b"two"})
    assert pack(tmp_path).read_bytes().startswith(before)
    assert FactsCache(tmp_path, "project").get(B) == b"two"


def test_drops_what_is_no_longer_asked_for(tmp_path: Path) -> None:
    saved(tmp_path, a=b"one" * 1000, b=b"two")
    cache = FactsCache(tmp_path, "project")
    assert cache.get(B) == b"two"
    cache.save({})
    assert (FactsCache(tmp_path, "project").get(A), FactsCache(tmp_path, "project").get(B)) == (None, b"two")


def test_every_damaged_byte_is_noticed(tmp_path: Path) -> None:
    saved(tmp_path, a=b"one", b=b"two")
    whole = pack(tmp_path).read_bytes()
    for index in range(len(whole)):
        pack(tmp_path).write_bytes(whole[:index] + bytes([whole[index] ^ 0x41]) + whole[index + 1 :])
        cache = FactsCache(tmp_path, "project")
        assert cache.get(A) in (None, b"one")
        assert cache.get(B) in (None, b"two")


def test_a_cut_file_gives_what_is_whole_and_is_mended(tmp_path: Path) -> None:
    saved(tmp_path, a=b"one", b=b"two")
    whole = pack(tmp_path).read_bytes()
    for size in range(len(whole)):
        pack(tmp_path).write_bytes(whole[:size])
        cache = FactsCache(tmp_path, "project")
        found = {digest: blob for digest in (A, B) if (blob := cache.get(digest)) is not None}
        assert found.items() <= {A: b"one", B: b"two"}.items()
        cache.save({A: b"one", B: b"two"} if not found else {C: b"three"})
        again = FactsCache(tmp_path, "project")
        assert all(again.get(digest) == blob for digest, blob in found.items())


@pytest.mark.parametrize("data", [b"", b"nothing of ours", b"archwright facts 0 cpython-30\n"])
def test_a_foreign_file_is_replaced(tmp_path: Path, data: bytes) -> None:
    saved(tmp_path, a=b"one")
    pack(tmp_path).write_bytes(data)
    cache = FactsCache(tmp_path, "project")
    assert cache.get(A) is None
    cache.save({A: b"one"})
    assert FactsCache(tmp_path, "project").get(A) == b"one"


def test_other_projects_go_first_when_space_is_short(tmp_path: Path) -> None:
    FactsCache(tmp_path, "old").save({A: b"x" * 1000})
    os.utime(pack(tmp_path), (1, 1))
    FactsCache(tmp_path, "recent").save({A: b"x" * 1000})
    FactsCache(tmp_path, "new", max_bytes=2500).save({A: b"x" * 1000})
    assert FactsCache(tmp_path, "old").get(A) is None
    assert FactsCache(tmp_path, "recent").get(A) is not None
    assert FactsCache(tmp_path, "new").get(A) is not None


def test_a_place_that_can_not_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = FactsCache(tmp_path / "file", "project")
    cache.save({A: b"one"})
    assert cache.get(A) is None


def test_the_users_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ARCHWRIGHT_CACHE_DIR", str(tmp_path))
    assert default_directory() == tmp_path
    monkeypatch.delenv("ARCHWRIGHT_CACHE_DIR")
    if sys.platform == "linux":
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
        assert default_directory() == tmp_path / "xdg" / "archwright"
        monkeypatch.setenv("XDG_CACHE_HOME", "relative")
        assert default_directory() == Path.home() / ".cache" / "archwright"


SAMPLE = '''\
@deco(a.b, c=1)
class A(B, metaclass=M):
    """Text."""
    async def f(self, x: int = 1, *y, z=None, **k) -> list[str]:
        with a as b, c:
            await d(e, *f, **g)
        async for i, j in k[1:2, ::3]:
            yield i if j else {1: 2, **m} | {n, 0x10} - [o for p in q if r]
        try:
            raise S from t
        except (U, V) as w:
            return f"{x!r:>{y}} z" "!"
        finally:
            del x.y, z[0]
        match x:
            case {"a": [1, *_], **r} | A(b, c=None) as d if e: global g
    h = lambda i: (j := not -i ** 2 < 3 <= 4)
    k: l | None = b"m"
from ..n import o as p, q
if r: import s.t as u
else: v += w; assert x, y
while True: break
x = = 1
'''


def test_the_version_is_raised_when_facts_change() -> None:
    """If this fails, raise FACTS_VERSION and write the new pair here: old caches hold facts of the old shape."""
    facts = facts_of_text(SAMPLE)
    units, classes, lines, errors = facts
    digest = digest_of(repr((units, classes, lines, [line for line, _ in errors])).encode()).hex()[:12]
    assert (FACTS_VERSION, digest) == (3, "625ba175abd3")
    assert marshal.loads(marshal.dumps(facts)) == facts
    assert str(module.FACTS_VERSION) in module._HEADER.decode()
