"""Archives: what tells where their members are written, and what goes by a member's name.

`zipfile` keeps what it extracts inside the folder; `tarfile` does so from Python 3.14 on, and where it is given a filter before. Who joins
a member's name to a folder by hand writes wherever the name says: the names are data of who made the archive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar, Final

from archwright.model.value import MEMBER, Trust, Use
from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.operators import shape
from archwright.source.flow.values import ALL_USES, NO, Origin, Val, deep_origins, origins_of
from archwright.source.frameworks.base import CallSite, Framework, Handler, Iteration, mask
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

_TAR: Final = "tarfile.TarFile"
_TAR_MEMBER: Final = "tarfile.TarInfo"
_ZIP: Final = "zipfile.ZipFile"
_ZIP_MEMBER: Final = "zipfile.ZipInfo"
_MEMBER_OF: Final = {_TAR: _TAR_MEMBER, _ZIP: _ZIP_MEMBER}
_NAMES: Final = frozenset({"filename", "name", "path", "linkname", "orig_filename"})
_OTHER_USES: Final = ALL_USES & ~mask(Use.PATH, Use.PREFIX, Use.PARENTS, Use.RELATIVE, Use.SEGMENT)
"""What names of members are of no danger for, as far as is said here."""
_OPEN: Final = frozenset({"source", "parameter", "unknown"})
_LISTS: Final = frozenset({"getmembers", "getnames"})
_MEMBERS: Final = re.compile(r"name|info|member|entr", re.IGNORECASE)
_WRITES: Final = frozenset(
    {"open", "write", "write_bytes", "write_text", "copyfileobj", "extract", "mkdir", "makedirs"}
)
_LEAVES: Final = frozenset({f.RAISE, f.CONTINUE, f.RETURN, f.BREAK, f.ASSERT})
_LINKS: Final = frozenset({"issym", "islnk"})
_KINDS: Final = frozenset(
    {"linkname", "linkpath", "isfile", "isreg", "type", "SYMTYPE", "LNKTYPE", "REGTYPE", "_get_filtered_attrs"}
)
"""What tells a link from a file, or where it leads."""
_THROUGH: Final = frozenset({"realpath", "resolve"})
_NAMES_ALONE, _SOMEHOW = "names", "somehow"
_TARS: Final = (".tar", ".tgz", ".gz", ".bz2", ".xz", ".tbz2", ".txz")


class Archives(Framework):
    """tarfile, zipfile, and what has the same methods."""

    name = "archives"
    packages = ("tarfile", "zipfile", "rarfile", "py7zr", "shutil")
    objects: ClassVar[tuple[str, ...]] = (_TAR, _TAR_MEMBER, _ZIP, _ZIP_MEMBER)
    aliases: ClassVar[dict[str, str]] = {
        f"{_TAR}.open": "tarfile.open",
        "rarfile.RarFile": _ZIP,
        "rarfile.RarInfo": _ZIP_MEMBER,
        "py7zr.SevenZipFile": _ZIP,
    }

    def __init__(self) -> None:
        super().__init__()
        for maker, made, keyword in (("tarfile.open", _TAR, "fileobj"), (_TAR, _TAR, "fileobj"), (_ZIP, _ZIP, "")):
            self.calls[maker] = _opened(made, keyword)
        for archive, names, infos in ((_TAR, "getnames", "getmembers"), (_ZIP, "namelist", "infolist")):
            self.calls[f"{archive}.{names}"] = _names
            self.calls[f"{archive}.{infos}"] = _infos(_MEMBER_OF[archive])
        self.calls[f"{_ZIP}.getnames"] = _names
        self.calls[f"{_TAR}.extractall"] = _extracted(1)
        self.calls[f"{_TAR}.extract"] = self.calls[f"{_TAR}._extract_member"] = _extracted(0)
        self.calls["shutil.unpack_archive"] = _unpacked

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        """`member.filename`."""
        held = value.type[1] if value.type is not None else ""
        return Val(("text",), value.origins, NO, None, "{}") if held in _MEMBER_OF.values() and name in _NAMES else None

    def iterate(self, frame: Frame, value: Val, position: int) -> Iteration | None:
        """`for member in archive`."""
        if value.type != ("object", _TAR):
            return None
        return Iteration(Val(("object", _TAR_MEMBER), _member(frame, value, position)), "items")


def _opened(made: str, keyword: str) -> Handler:
    """`tarfile.open(path, mode)`: the archive goes back to what it is read from; one that is written was made here."""

    def handler(site: CallSite) -> Val:
        mode = site.argument(1, "mode")
        if mode is not None and isinstance(mode.const, str) and mode.const[:1] in ("w", "a", "x"):
            return Val(("object", made), ())
        read = [site.argument(0, "name") or site.argument(-1, "file"), site.keywords.get(keyword)]
        text = shape(read[0]) if read[0] is not None else None
        return Val(("object", made), origins_of([each for each in read if each is not None]), NO, None, text)

    return handler


def _member(frame: Frame, archive: Val, position: int) -> tuple[Origin, ...]:
    """The origin of a member's name; none where the archive is of the program itself, of who runs it or of a service that it asks."""
    outside = [key for key, _, _ in archive.origins if key[0] in _OPEN and key[-1] != Trust.OPERATOR.value]
    if not outside or any(node[0] == f.FOR and _only_looks(node) for node in nodes(body_of(frame.facts))):
        return ()
    trust = next((key[2] for key in outside if key[0] == "source"), Trust.UNKNOWN.value)
    return ((("source", MEMBER, trust), _OTHER_USES, (None, frame.unit, position, MEMBER)),)


def _only_looks(loop: Any) -> bool:
    """True for a loop over names of members that refuses some and writes none: which, can't be told."""
    inner = list(nodes(loop[4]))
    writes = any(node[0] == f.CALL and node[2][-1] in _WRITES for node in inner)
    refuses = any(node[0] == f.IF and any(each[0] == f.RAISE for each in nodes(node[3])) for node in inner)
    return (
        refuses
        and not writes
        and any(node[0] in (f.NAME, f.ATTR) and _MEMBERS.search(node[-1]) for node in nodes((loop[3],)))
    )


def _names(site: CallSite) -> Val | None:
    if site.receiver is None:
        return None
    return Val(("list",), (), NO, {"*": Val(("text",), _member(site.frame, site.receiver, site.position))})


def _infos(member: str) -> Handler:
    def handler(site: CallSite) -> Val | None:
        if site.receiver is None:
            return None
        origins = _member(site.frame, site.receiver, site.position)
        return Val(("list",), (), NO, {"*": Val(("object", member), origins)})

    return handler


def _extracted(members: int) -> Handler:
    """`tar.extractall(folder, members, filter=...)`. members: where the call is given what it extracts."""

    def handler(site: CallSite) -> Val | None:
        tar = site.receiver
        chosen = site.argument(members, "members" if members else "member")
        picked = chosen is not None and (members > 0 or (chosen.const is not NO and not chosen.origins))
        if tar is None or picked or "filter" in site.keywords or site.spread or not _foreign(tar):
            return None
        name = site.name.rpartition(".")[2]
        if name != "_extract_member" and site.frame.engine.versions.before("python", 3, 14) is False:
            return None
        looked = _looked_at(site, tar)
        one_by_one = name != "extractall"
        if not looked or (looked == _NAMES_ALONE and not _sees_links(body_of(site.frame.facts), one_by_one)):
            archive = Val(None, tar.origins, NO, None, tar.text)
            site.emit("Unpack", archive=archive, api=f"TarFile.{name}", links=bool(looked))
        return None

    return handler


def _unpacked(site: CallSite) -> Val | None:
    """`shutil.unpack_archive(file, folder, format)`: a format that is not said is that of the file's name."""
    archive, format_ = site.argument(0, "filename"), site.argument(2, "format")
    if archive is None or "filter" in site.keywords or site.spread or not deep_origins(archive):
        return None
    name = shape(archive).lower()
    said = str(format_.const) if format_ is not None and format_.const is not NO and format_.const else ""
    if "tar" in said or (not said and name.endswith(_TARS)):
        site.emit(
            "Unpack", archive=Val(None, deep_origins(archive), NO, None, shape(archive)), api="shutil.unpack_archive"
        )
    return None


def _foreign(archive: Val) -> bool:
    """True where somebody else may have made an archive."""
    return any(not (key[0] == "source" and key[2] == Trust.OPERATOR.value) for key, _, _ in archive.origins)


def _looked_at(site: CallSite, tar: Val) -> str:
    """How the unit looks at the members: in a loop of its own, or where it can't be told how well; empty: not at all.

    It can't be told where it hands the archive, or a member, to something that may, and where it has made the archive itself.
    """
    names = {name for name, value in site.frame.env.items() if value is tar}
    looked = ""
    for node in nodes(body_of(site.frame.facts)):
        if node[0] == f.FOR and _over(node[3], names) and any(map(_leaves, _tests(node[4]))):
            looked = _NAMES_ALONE if node[2][0] == f.NAME and not _hands_on(node) else _SOMEHOW
        if (node[0] == f.CALL and _makes_or_judges(node, names)) or looked == _SOMEHOW:
            return _SOMEHOW
    return looked


def _hands_on(loop: Any) -> bool:
    """True where a test of a loop is left to a function that is given the member itself."""
    return any(
        each[0] == f.CALL and any(given[0] == f.NAME and given[2] == loop[2][2] for given in each[3])
        for test in _tests(loop[4])
        for each in nodes((test[2],))
    )


def _sees_links(body: Any, one_by_one: bool) -> bool:
    """True where links among the members are refused, or what they lead to is looked at.

    one_by_one: each member is written before the next is looked at, so a path that is resolved goes through the links that are there.
    """
    for node in nodes(body):
        if node[0] in (f.NAME, f.ATTR) and (node[-1] in _KINDS or (one_by_one and node[-1] in _THROUGH)):
            return True
        refused = node[0] == f.IF and node[3] and node[3][-1][0] in _LEAVES
        if refused and any(each[0] == f.ATTR and each[3] in _LINKS for each in nodes((node[2],))):
            return True
    return False


def _over(iterable: Any, names: set[str]) -> bool:
    """True for a loop over the members of an archive."""
    return any(
        (node[0] == f.NAME and node[2] in names) or (node[0] == f.ATTR and node[3] in _LISTS)
        for node in nodes((iterable,))
    )


def _tests(body: Any) -> Iterator[Any]:
    return (node for node in nodes(body) if node[0] in (f.IF, f.ASSERT))


def _leaves(node: Any) -> bool:
    """True where a condition decides on whether the loop goes on, or on what is extracted."""
    inner = list(nodes(node))
    return any(each[0] in _LEAVES or (each[0] == f.CALL and each[2][-1] == "extract") for each in inner)


def _makes_or_judges(node: Any, names: set[str]) -> bool:
    given = [*node[3], *(value for _, value in node[4])]
    if any(each[0] == f.NAME and each[2] in names for each in given):
        return True
    opened = node[2][-1] == "open" and node[2][0] == f.ATTR
    return opened and any(
        each[0] == f.CONST and isinstance(each[2], str) and each[2][:2] in ("w", "w:", "x:") for each in given
    )
