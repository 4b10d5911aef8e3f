"""Guards that keep a path inside a folder.

A path is compared with its folder only after `..` and links are resolved: `resolve()` and `os.path.realpath` clean it for
that comparison (`Use.PREFIX`), the comparison cleans it as a path. A comparison of a path that was not resolved cleans
nothing. Where `..` is refused, the name may still be absolute, which replaces the folder in `os.path.join` and `/`: it is clean
as a path once it is known to be relative too, by a test or because a text stands before it. A beginning that ends without a separator lets siblings of the folder through whose names begin alike; whether
there are any can't be read from code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.model.value import Use
from archwright.source import facts as f
from archwright.source.flow.checks import key_of, mark, subject
from archwright.source.flow.operators import shape
from archwright.source.flow.values import BIT, NONE, Val, clean, deep_origins
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.frame import Frame

Node = tuple[Any, ...]

METHODS: Final = frozenset({"is_relative_to", "startswith"})
COMMON: Final = ("object", "os.path.commonpath")
"""The type of what several paths have in common."""
_OPEN: Final = frozenset({"source", "parameter", "field"})
_PATH: Final = BIT[Use.PATH]
_PREFIX: Final = BIT[Use.PREFIX]
_NO_PARENTS: Final = BIT[Use.PARENTS]
RELATIVE: Final = BIT[Use.RELATIVE]
_PART: Final = BIT[Use.SEGMENT] | RELATIVE
ROOTS: Final = frozenset({"/", "\\"})
"""What an absolute path begins with."""
_SAME_PATH: Final = frozenset({"parts", "parents"})
_PARENTS: Final = frozenset({"..", "../"})
_WRAPS: Final = frozenset({"str", "Path", "PurePath", "fspath"})
"""Calls that give the same path."""


_RESOLVED: Final = frozenset({"resolve", "absolute", "realpath", "abspath", "normpath", "expanduser"})
"""Calls that give the same path, written another way."""
NAME: Final = ".@name"
"""Ends the key under which the name is kept that a path was made of."""
BARE: Final = {"bare": NONE}
"""`Val.asked` of a path that ends without a separator, as resolved paths and `str(Path(...))` do."""
COMMON_LETTERS: Final = ("object", "os.path.commonprefix")
"""The type of the letters that several paths begin with. Resolved paths that share those of the folder lie in it, or in one beside it
whose name goes on: that is told of the check itself."""
_SHARED: Final = frozenset({COMMON, COMMON_LETTERS})


def keep(frame: Frame, held: str, node: Node) -> None:
    """Remember which name a path ends with: `Path(name)`, `(root / name).resolve()`. What a check tells of the path holds of the name."""
    last = _last_part(node)
    key = key_of(last)
    if last is not node and key is not None and key != held:
        frame.keep(held + NAME, Val(None, (), key))


def _last_part(node: Node) -> Node:
    """`name` of `Path(name)`, `root / name`, `os.path.join(root, name)`, and of those resolved."""
    while True:
        bare = _bare_of(node)
        if bare[0] == f.CALL and bare[2][-1] in _RESOLVED:
            node = bare[3][0] if bare[3] else bare[2][2]
        elif bare[0] == f.CALL and bare[2][-1] == "join" and bare[2][0] == f.ATTR and bare[3]:
            if bare[2][2][-1] not in ("path", "osp"):
                return bare
            node = bare[3][-1]
        elif bare[0] == f.BINOP and bare[2] == "/":
            node = bare[4]
        else:
            return bare


def judged(frame: Frame, base: Node, method: str, argument: Node, position: int) -> None:
    """`path.startswith(root)`, `path.is_relative_to(root)`: record where the comparison keeps nothing inside.

    `is_relative_to` compares whole names: a folder without a separator at its end is right there.
    """
    if frame.engine.kinds is not None and "Containment" not in frame.engine.kinds:
        return
    from archwright.source.flow.expressions import evaluate

    if argument[0] == f.TUPLE or _only_written_anew(frame, position):
        return
    path, root = evaluate(frame, base), evaluate(frame, argument)
    resolved = any(cleaned & _PREFIX for _, cleaned, _ in path.origins)
    start = shape(root)
    if resolved and method == "startswith" and _bare(root, start):
        frame.emit("Containment", position, flaw="prefix", path=path, api=method)
    elif not resolved and path.origins and len(start) > 1 and start[0] == "/" and "{}" not in start:
        rest = shape(path).removeprefix(start)
        if len(rest) < len(shape(path)) and "{}" in rest:
            frame.emit("Containment", position, flaw="early", path=path, api=method)
    elif not resolved and _joined_to(frame, base, argument) and _leads_up(path, root):
        frame.emit("Containment", position, flaw="early", path=path, api=method)


def _only_written_anew(frame: Frame, position: int) -> bool:
    """True where the comparison only decides how a path is written (`if not path.startswith(root): path = join(root, path)`): no check."""
    for node in nodes(body_of(frame.facts)):
        if node[0] == f.IF and any(each[0] == f.CALL and each[1] == position for each in nodes((node[2],))):
            return all(each[0] == f.ASSIGN and each[3][0] != f.CONST for each in (*node[3], *node[4]))
    return False


def _bare(root: Val, start: str) -> bool:
    """True for a folder that surely ends without a separator."""
    if isinstance(root.const, str) and not root.origins:
        return len(start) > 1 and start[0] == "/" and start[-1] != "/"
    return root.asked is BARE or (start[-1:].isalnum() and "{}" in start)


def _joined_to(frame: Frame, path: Node, root: Node) -> bool:
    """True for a path that was joined to this very folder, and to which nothing happened since: every such path begins with it."""
    path, folder = _bare_of(path), key_of(_bare_of(_unended(root)))
    if path[0] != f.NAME or folder is None:
        return False
    made = [
        node[3]
        for node in nodes(body_of(frame.facts))
        if node[0] == f.ASSIGN and any(target[0] == f.NAME and target[2] == path[2] for target in node[2])
    ]
    return bool(made) and all(_first_part(node) == folder for node in made)


def _unended(folder: Node) -> Node:
    """`root` of `root + os.sep`, `root + "/"`."""
    if folder[0] == f.BINOP and folder[2] == "+":
        end = folder[4]
        if (end[0] == f.ATTR and end[3] == "sep") or (end[0] == f.CONST and end[2] in ("/", "\\")):
            return _bare_of(folder[3])
    return folder


def _bare_of(node: Node) -> Node:
    """`x` of `str(x)` and `Path(x)`."""
    while node[0] == f.CALL and node[2][-1] in _WRAPS and len(node[3]) == 1:
        node = node[3][0]
    return node


def _first_part(node: Node) -> str | None:
    """The folder of `os.path.join(folder, name)`, `folder / name`, `Path(folder, name)`."""
    node = _bare_of(node)
    if node[0] == f.CALL and node[2][-1] in _WRAPS and len(node[3]) > 1:
        return key_of(_bare_of(node[3][0]))
    if node[0] == f.CALL and node[2][-1] == "join" and node[2][0] == f.ATTR and len(node[3]) > 1:
        return key_of(_bare_of(node[3][0])) if node[2][2][-1] in ("path", "osp") else None
    if node[0] == f.BINOP and node[2] == "/":
        return _first_part(node[3]) or key_of(_bare_of(node[3]))
    return None


def _leads_up(path: Val, root: Val) -> bool:
    """True where a path holds more than the folder, and some of it may hold `..`."""
    own = {key for key, _, _ in root.origins}
    return any(
        not cleaned & (_PATH | _NO_PARENTS) for key, cleaned, _ in path.origins if key not in own and key[0] in _OPEN
    )


def without_parents(frame: Frame, part: object, node: Node) -> None:
    """`".." not in name`: the name leads to no parent of the folder that it is joined to."""
    if part in _PARENTS:
        for name in _names(subject(node)):
            _keep(frame, name, _NO_PARENTS)


def one_part(frame: Frame, separator: Node, node: Node) -> None:
    """`"/" not in name`, `os.sep not in name`: the name is one part of a path."""
    written = separator[2] == "/" if separator[0] == f.CONST else separator[0] == f.ATTR and separator[3] == "sep"
    for name in _names(subject(node)) if written else ():
        _keep(frame, name, _PART)


def relative(frame: Frame, node: Node) -> None:
    """`not name.startswith("/")`: joining the name keeps the folder that it is joined to."""
    for name in _names(subject(node)):
        _keep(frame, name, RELATIVE)


def tested(frame: Frame, node: Node) -> None:
    """A path lies in a folder: `path.is_relative_to(root)`, `str(path).startswith(root)`."""
    from archwright.source.flow.expressions import evaluate

    value = evaluate(frame, node)
    origins = [(key, cleaned) for key, cleaned, _ in deep_origins(value) if key[0] in _OPEN]
    given = value.text in (None, "{}")  # whoever calls may have resolved a path, not what is joined here
    if origins and all(cleaned & _PREFIX or (given and key[0] == "parameter") for key, cleaned in origins):
        for name in _names(subject(node)):
            _keep(frame, name)


def compared(frame: Frame, left: Node, right: Node) -> None:
    """`os.path.commonpath([root, path]) == root`, also where a name holds what they have in common. So `commonprefix`, by letters alone."""
    from archwright.source.flow.expressions import evaluate

    for node in (left, right):
        if node[0] == f.NAME and (common := evaluate(frame, node)).type in _SHARED:
            _vouched(frame, common)
        if node[0] in (f.NAME, f.CALL) and _letters(frame, node):
            frame.emit("Containment", node[1], flaw="letters", path=evaluate(frame, node), api="os.path.commonprefix")
        if node[0] == f.CALL and node[2][-1] in ("commonpath", "commonprefix") and len(node[3]) == 1:
            parts = node[3][0][2] if node[3][0][0] in (f.LIST, f.TUPLE) else ()
            if node[2][-1] == "commonpath":
                _before_resolved(frame, parts, node[1])
            for part in parts:
                tested(frame, part)
    for path, folder in ((left, right), (right, left)):
        _is_folder(frame, path, folder)


def _is_folder(frame: Frame, path: Node, folder: Node) -> None:
    """`path == root` of a resolved path: it is the folder itself, which nobody sent."""
    from archwright.source.flow.expressions import evaluate

    if key_of(path) is None or folder[0] not in (f.NAME, f.ATTR):
        return
    resolved = [(key, cleaned) for key, cleaned, _ in evaluate(frame, path).origins if key[0] in _OPEN]
    if not any(cleaned & _PREFIX for _, cleaned in resolved):
        return
    own = {key for key, _, _ in deep_origins(evaluate(frame, folder))}
    joined = [cleaned for key, cleaned in resolved if key not in own]
    if joined and all(cleaned & _PREFIX for cleaned in joined) and not any(key[0] == "source" for key in own):
        tested(frame, path)


def _before_resolved(frame: Frame, parts: tuple[Node, ...], position: int) -> None:
    """`commonpath([root, path])` of a path that was joined to this very root and not resolved since: letters alone are compared."""
    from archwright.source.flow.expressions import evaluate

    if frame.engine.kinds is not None and "Containment" not in frame.engine.kinds:
        return
    for path in parts:
        if not any(root is not path and _joined_to(frame, path, root) for root in parts):
            continue
        value = evaluate(frame, path)
        resolved = any(cleaned & _PREFIX for _, cleaned, _ in value.origins)
        roots = [evaluate(frame, root) for root in parts if root is not path]
        if not resolved and all(_leads_up(value, root) for root in roots):
            frame.emit("Containment", position, flaw="early", path=value, api="os.path.commonpath")


def told(frame: Frame, value: Val) -> None:
    """A call that raises unless a resolved path lies in a folder (`path.relative_to(root)`) has returned."""
    if all(cleaned & _PREFIX for key, cleaned, _ in value.origins if key[0] in ("source", "field")):
        for name in [name for name, held in frame.env.items() if held is value]:
            _keep(frame, name)


def _letters(frame: Frame, node: Node) -> bool:
    """True for what `os.path.commonprefix` gave of folders that end without a separator."""
    from archwright.source.flow.expressions import evaluate

    if node[0] == f.NAME:
        value = frame.env.get(node[2])
        return value is not None and value.type == COMMON_LETTERS
    return bool(node[2][-1] == "commonprefix" and evaluate(frame, node).type == COMMON_LETTERS)


def _vouched(frame: Frame, common: Val) -> None:
    """The resolved paths whose common folder was compared with the root lie in it."""
    told = {key for key, _, _ in common.origins if key[0] in _OPEN}
    for name, value in list(frame.env.items()):
        here = [(key, cleaned) for key, cleaned, _ in value.origins if key[0] in _OPEN]
        if here and all(key in told and (cleaned & _PREFIX or key[0] == "parameter") for key, cleaned in here):
            _keep(frame, name)


def _names(node: Node) -> list[str]:
    """The places that a path is made of."""
    if node[0] == f.ATTR and node[3] in _SAME_PATH:
        return _names(node[2])
    key = key_of(node)
    if key is not None:
        return [key]
    if node[0] == f.CALL:
        below = (*((node[2][2],) if node[2][0] == f.ATTR else ()), *node[3])
    elif node[0] == f.BINOP:
        below = (node[3], node[4])
    else:
        return []
    return [name for part in below for name in _names(part)]


def _keep(frame: Frame, name: str, uses: int = _PATH) -> None:
    """A path is clean for some uses, and the name that it was made of."""
    value = frame.env.get(name)
    if value is not None and value.origins:
        frame.env[name] = Val(value.type, clean(value.origins, uses), value.const, value.items, value.text, value.asked)
        mark(frame, name, uses)
        made = frame.env.get(name + NAME)
        if made is not None and isinstance(made.const, str):
            _keep(frame, made.const, uses)
