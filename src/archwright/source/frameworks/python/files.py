"""Files and folders: what the standard library does at a path, and what becomes of paths."""

from __future__ import annotations

import re
from typing import Final

from archwright.model.effect import Language
from archwright.model.value import Use
from archwright.source.flow import contained
from archwright.source.flow.frame import Frame
from archwright.source.flow.operators import shape
from archwright.source.flow.values import NO, UNKNOWN_ORIGIN, Val, clean, deep_origins, join_origins, step
from archwright.source.frameworks.base import CallSite, Handler, mask
from archwright.source.frameworks.shared.sinks import interpret, opens

PATH: Final = "pathlib.Path"
ALIASES: Final[dict[str, str]] = {
    f"pathlib.{name}": PATH for name in ("PosixPath", "WindowsPath", "PurePath", "PurePosixPath")
}
"""Other names of paths. A pure one opens nothing, but is what others are made of."""
_SCRIPTS: Final = (".sh", ".bash")
_SHEBANG: Final = re.compile(r"#!\S*/(?:env\s+)?(?:ba|da|z|k)?sh\b")
_LIES_AT: Final = "path"
"""The key of `Val.asked` under which an open file keeps its path."""
_NAMES: Final = frozenset({"name", "stem", "suffix"})
"""Attributes of a path that hold no separator."""
_RESOLVED: Final = mask(Use.PREFIX)
_WRITING: Final = frozenset("wax+")
"""Letters of a mode in which a file is written."""


def attribute(value: Val, name: str) -> Val | None:
    """`path.name`, `path.parent`; None: another attribute."""
    if name in _NAMES:
        return Val(("text",), clean(value.origins, mask(Use.PATH)), NO, None, "{}")
    if name == "parents":
        return Val(("list",), (), NO, {"*": Val(("object", PATH), value.origins)})
    if name == "parts":
        return Val(("list",), (), NO, {"*": Val(("text",), value.origins)})
    return Val(("object", PATH), value.origins) if name == "parent" else None


def joined(frame: Frame, left: Val, right: Val, position: int) -> Val:
    """`folder / name`."""
    origins = join_origins(deep_origins(left), deep_origins(right))
    text = f"{shape(left)}/{shape(right)}"
    return Val(("object", PATH), step(origins, frame.unit, position, "joined to a path"), NO, None, text)


def _path(site: CallSite) -> Val:
    """`Path(a, b)`."""
    if len(site.args) == 1 and site.args[0].type == contained.COMMON:
        return site.args[0]
    text = "/".join(shape(value) for value in site.args)
    return Val(("object", PATH), _parts(site), NO, None, text or None)


def _join(site: CallSite) -> Val:
    """`path.joinpath(a, b)`, `path.with_name(name)`."""
    return Val(("object", PATH), _parts(site))


def _parts(site: CallSite) -> tuple[tuple[tuple[object, ...], int, tuple[object, ...] | None], ...]:
    found = site.receiver.origins if site.receiver is not None else ()
    for value in site.values():
        found = join_origins(found, deep_origins(value))
    return found


def _same(site: CallSite) -> Val:
    return site.receiver if site.receiver is not None else Val(("object", PATH))


def _with_suffix(site: CallSite) -> Val:
    """`path.with_suffix(".png")`."""
    path, suffix = _same(site), site.argument(0, "suffix")
    if suffix is not None and not suffix.origins:
        return Val(path.type, clean(path.origins, mask(Use.ENDING)), NO, None, path.text)
    return Val(path.type, _parts(site), NO, None, path.text)


def _resolve(site: CallSite) -> Val:
    """`path.resolve()`."""
    return Val(("object", PATH), clean(_same(site).origins, _RESOLVED))


def _relative(site: CallSite) -> Val:
    """`path.relative_to(root)` raises where the path is not below the root."""
    path = _same(site)
    contained.told(site.frame, path)
    inside = all(cleaned & _RESOLVED for _, cleaned, _ in path.origins)
    return Val(("object", PATH), clean(path.origins, mask(Use.PATH)) if inside else path.origins)


def _absolute(site: CallSite) -> Val:
    """`os.path.realpath(path)`."""
    first = site.argument(0, "path")
    return Val(
        ("text",), clean(deep_origins(first), _RESOLVED) if first is not None else (), NO, None, "{}", contained.BARE
    )


def _split(site: CallSite) -> Val:
    """`os.path.splitext(path)`, `os.path.split(path)`: the last part holds no separator."""
    first = site.argument(0, "p")
    origins = deep_origins(first) if first is not None else ()
    last = Val(("text",), clean(origins, mask(Use.PATH)), NO, None, "{}")
    return Val(("tuple",), (), NO, {0: Val(("text",), origins, NO, None, "{}"), 1: last})


def _common(site: CallSite) -> Val:
    """`os.path.commonpath(paths)`."""
    first = site.argument(0, "paths")
    return Val(contained.COMMON, deep_origins(first) if first is not None else ())


def _letters(site: CallSite) -> Val:
    """`os.path.commonprefix(paths)`: letters, not folders, unless the folder is given with a separator at its end."""
    first = site.argument(0, "list")
    parts = (first.items or {}).values() if first is not None else ()
    ended = any(shape(part)[-1:] in ("/", "\\") for part in parts)
    return Val(
        None if ended else contained.COMMON_LETTERS, deep_origins(first) if first is not None else (), NO, None, "{}"
    )


def _mode(mode: Val | None, kind: str = "read") -> str:
    """What `open` does by its mode: one that writes, adds or makes new is `write`."""
    given = mode.const if mode is not None else NO
    return "write" if isinstance(given, str) and not _WRITING.isdisjoint(given) else kind


def _file(path: Val | None) -> Val | None:
    """An open file: what is in it isn't known, where it lies is."""
    return Val(None, (UNKNOWN_ORIGIN,), NO, None, None, {_LIES_AT: path}) if path is not None else None


def opened_at(file: Val) -> Val | None:
    """The path of a file that was opened by it; None: not known."""
    return (file.asked or {}).get(_LIES_AT)


def put_at(frame: Frame, path: Val, content: Val) -> None:
    """Remember what a unit writes to a file whose path says which it is, so that the unit knows it again where it loads the file."""
    if name := _file_name(path):
        frame.keep(name, Val(None, deep_origins(content)))


def lies_at(frame: Frame, path: Val) -> Val | None:
    """What the unit itself wrote to the file at a path; None: not known."""
    name = _file_name(path)
    return frame.env.get(name) if name else None


def _file_name(path: Val) -> str:
    """The key of a file among a frame's names; empty where nothing of its path is known."""
    text = shape(path)
    return f"file! {text}" if text.strip("{}/") else ""


def _copied(site: CallSite) -> Val | None:
    """`shutil.copyfileobj(source, target)`."""
    source, target = site.argument(0, "fsrc"), site.argument(1, "fdst")
    path = opened_at(target) if target is not None else None
    if path is not None and source is not None:
        put_at(site.frame, path, source)
    return None


def _writes(site: CallSite) -> Val | None:
    """`path.write_text(text)`."""
    if site.receiver is not None and site.args:
        put_at(site.frame, site.receiver, site.args[0])
    if site.receiver is not None:
        site.emit("FileAccess", kind="write", path=site.receiver, api=f"Path.{site.name.rpartition('.')[2]}")
        _script(site, site.receiver, site.argument(0, "data"))
    return None


def _written(site: CallSite) -> Val | None:
    """`file.write(text)` of a file that was opened here."""
    path = opened_at(site.receiver) if site.receiver is not None else None
    if path is not None and site.args:
        put_at(site.frame, path, site.args[0])
    if path is not None:
        _script(site, path, site.argument(0))
    return None


def _script(site: CallSite, path: Val, text: Val | None) -> None:
    """What is written to a file whose name, or whose first line, says that a shell will read it."""
    if text is not None and (shape(path).endswith(_SCRIPTS) or _SHEBANG.match(shape(text))):
        interpret(site, Language.SHELL, text, api="the shell, of a script that is written here,")


def opened(calls: dict[str, Handler], dotted: str, keyword: str) -> None:
    """A call that opens the file at its first argument, or the one named `keyword`, as its second says."""

    def handler(site: CallSite) -> Val | None:
        path = site.argument(0, keyword)
        if path is not None:
            site.emit("FileAccess", kind=_mode(site.argument(1, "mode")), path=path, api=dotted)
        return _file(path)

    calls[dotted] = handler


def _path_open(site: CallSite) -> Val | None:
    """`path.open("wb")`."""
    if site.receiver is not None:
        site.emit("FileAccess", kind=_mode(site.argument(0, "mode")), path=site.receiver, api="Path.open")
    return _file(site.receiver)


def _at_self(kind: str, name: str, *, target: bool = False) -> Handler:
    """A method that does something at the path it is called on; target: and at the one that it is given."""

    def handler(site: CallSite) -> Val | None:
        for path in (site.receiver, site.argument(0, "target") if target else None):
            if path is not None:
                site.emit("FileAccess", kind=kind, path=path, api=f"Path.{name}")
        return None

    return handler


def _os_join(site: CallSite) -> Val:
    """`os.path.join(a, b)`."""
    text = None if site.spread else "/".join(shape(value) for value in site.args)
    return Val(("text",), site.derived().origins, NO, None, text)


def _both(kind: str, dotted: str) -> Handler:
    """A call that takes a file from one path to another."""

    def handler(site: CallSite) -> Val | None:
        for path in (site.argument(0, "src"), site.argument(1, "dst")):
            if path is not None:
                site.emit("FileAccess", kind=kind, path=path, api=dotted)
        return None

    return handler


CALLS: Final[dict[str, Handler]] = {
    PATH: _path,
    "shutil.copyfileobj": _copied,
    "os.path.commonpath": _common,
    "os.path.join": _os_join,
    "os.path.splitext": _split,
    "os.path.split": _split,
    "os.path.commonprefix": _letters,
    f"{PATH}.joinpath": _join,
    f"{PATH}.with_name": _join,
    f"{PATH}.with_suffix": _with_suffix,
    f"{PATH}.expanduser": _same,
    f"{PATH}.absolute": _same,
    f"{PATH}.resolve": _resolve,
    f"{PATH}.relative_to": _relative,
    **{f"os.path.{name}": _absolute for name in ("realpath", "abspath", "normpath")},
    **{f"{PATH}.{name}": _at_self("read", name) for name in ("read_text", "read_bytes")},
    f"{PATH}.open": _path_open,
    **{f"{PATH}.{name}": _at_self("write", name) for name in ("touch", "mkdir")},
    **{f"{PATH}.{name}": _writes for name in ("write_text", "write_bytes")},
    **{f"{PATH}.{name}": _at_self("write", name, target=True) for name in ("rename", "replace")},
    **{f"{PATH}.{name}": _at_self("delete", name) for name in ("unlink", "rmdir")},
    **{f"{PATH}.{name}": _at_self("list", name) for name in ("iterdir", "glob", "rglob")},
    **{f"{PATH}.{name}": _at_self("look", name) for name in ("exists", "is_file", "is_dir", "stat")},
    **{
        f"{module}.{name}": _both("write", f"{module}.{name}")
        for module, names in (
            ("os", ("rename", "replace", "renames", "link", "symlink")),
            ("shutil", ("copy", "copy2", "copyfile", "copytree", "move")),
        )
        for name in names
    },
}
"""By dotted name."""
METHODS: Final[dict[str, Handler]] = {"write": _written}
"""By method name, for receivers whose type is not known."""
for _dotted in ("builtins.open", "io.open", "codecs.open", "os.open", "gzip.open", "bz2.open", "lzma.open"):
    opened(CALLS, _dotted, "filename" if _dotted[0] in "cgbl" and _dotted[1] != "u" else "file")
for _kind, _module, _listed in (
    ("delete", "os", ("remove", "unlink", "rmdir", "removedirs")),
    ("write", "os", ("mkdir", "makedirs", "chmod", "chown", "truncate")),
    ("list", "os", ("listdir", "scandir", "walk")),
    ("look", "os.path", ("exists", "isfile", "isdir", "getsize", "getmtime")),
    ("look", "os", ("stat", "access")),
    ("delete", "shutil", ("rmtree",)),
):
    for _each in _listed:
        opens(CALLS, f"{_module}.{_each}", _kind, 0, "path")
