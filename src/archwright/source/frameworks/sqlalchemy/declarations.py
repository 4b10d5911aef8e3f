"""What the declarations of SQLAlchemy's models say, as they are written: callees, annotations, cascades, foreign keys."""

from __future__ import annotations

import re
from typing import Any

from archwright.source import facts as f
from archwright.source.link.module import Binding
from archwright.source.link.project import ClassInfo

COLLECTIONS = frozenset(
    {"list", "List", "set", "Set", "Sequence", "Collection", "Iterable", "WriteOnlyMapped", "DynamicMapped"}
)
WRAPPERS = frozenset({"Mapped", "Optional", "Annotated", "Union", "ClassVar", "Relationship"})
NAME = re.compile(r"[A-Za-z_][\w.]*")
_LAZY = {"True": "select", "False": "joined", "None": "noload"}


def value_of(binding: Binding) -> Any:
    """The expression that a name is bound to; None for a bare annotation."""
    return binding.value[1] if binding.kind == "annotation" else binding.value


def callee_of(binding: Binding) -> str:
    """The last name of what a binding calls; empty where it calls nothing."""
    node = value_of(binding)
    if node is None or node[0] != f.CALL or node[2][0] not in (f.NAME, f.ATTR):
        return ""
    return str(node[2][-1])


def head_of(node: Any) -> str:
    """`Mapped` of `Mapped[...]`."""
    if node is not None and node[0] == f.SUBSCRIPT and node[2][0] in (f.NAME, f.ATTR):
        return str(node[2][-1])
    return ""


def is_collection(node: Any) -> bool:
    """True for an annotation that says many rows."""
    if node[0] == f.SUBSCRIPT:
        head = head_of(node)
        if head in COLLECTIONS:
            return True
        inner = node[3]
        return head in WRAPPERS and any(is_collection(part) for part in (inner[2] if inner[0] == f.TUPLE else [inner]))
    if node[0] == f.CONST and isinstance(node[2], str):
        return bool(re.search(r"\b(?:" + "|".join(sorted(COLLECTIONS)) + r")\[", node[2]))
    if node[0] == f.BINOP:
        return is_collection(node[3]) or is_collection(node[4])
    return False


def lazy_of(node: Any) -> str:
    """SQLAlchemy's word for how a relation is loaded."""
    if node is None or node[0] != f.CONST:
        return "select"
    return _LAZY.get(str(node[2]), str(node[2]))


def text_of(info: ClassInfo, node: tuple[Any, ...]) -> str:
    """A text, written or held by an attribute of the class (`backref(cls.notes_name)` in a mixin); empty: it can't be told."""
    if node[0] == f.ATTR and node[2][0] == f.NAME and node[2][2] == "cls":
        hit = info.lookup(node[3])
        node = hit[1].value if hit is not None and hit[1].kind == "expression" else node
    return node[2] if node[0] == f.CONST and isinstance(node[2], str) else ""


def has_orphans(given: dict[str, Any]) -> bool:
    """True for `cascade="all, delete-orphan"`."""
    node = given.get("cascade")
    return node is not None and node[0] == f.CONST and "delete-orphan" in str(node[2])


def takes_new(given: dict[str, Any]) -> bool:
    """False where the cascades that are told leave out `save-update`, which is among the default ones."""
    node = given.get("cascade")
    if node is None or node[0] != f.CONST:
        view = given.get("viewonly")
        return not (node is None and view is not None and view[0] == f.CONST and view[2] is True)
    told = str(node[2])
    return "save-update" in told or "all" in [word.strip() for word in told.split(",")]


def is_false(node: Any) -> bool:
    """True for a `False` that is written."""
    return node is not None and node[0] == f.CONST and node[2] is False


def first_argument(node: tuple[Any, ...]) -> tuple[Any, ...]:
    """The first argument of a call (`backref("lines", ...)`), or the node itself."""
    return node[3][0] if node[0] == f.CALL and node[3] else node


def dict_of(node: Any) -> dict[str, Any]:
    """The keywords of a dictionary that is written; empty for anything else."""
    if node is None:
        return {}
    if node[0] == f.DICT:
        return {key[2]: value for key, value in node[2] if key is not None and key[0] == f.CONST}
    if node[0] == f.CALL and node[2][0] == f.NAME and node[2][2] == "dict":
        return dict(node[4])
    return {}


def names_in(node: Any) -> set[str]:
    """The names and dotted names written in an expression, those in strings included."""
    if node[0] == f.NAME:
        return {node[2]}
    if node[0] == f.ATTR:
        base = node[2][2] if node[2][0] == f.NAME else ""
        return {node[3], f"{base}.{node[3]}"} | names_in(node[2])
    if node[0] == f.CONST and isinstance(node[2], str):
        return set(NAME.findall(node[2]))
    if node[0] in (f.LIST, f.TUPLE):
        return {name for part in node[2] for name in names_in(part)}
    if node[0] == f.CALL:
        return names_in(node[2])
    return set()


def foreign_keys(node: Any) -> set[str]:
    """The tables (and classes) that `ForeignKey(...)` names anywhere in a column's declaration."""
    found: set[str] = set()
    if not isinstance(node, tuple) or not node:
        return found
    if node[0] == f.CALL and len(node) == 5:
        if node[2][0] in (f.NAME, f.ATTR) and node[2][-1] == "ForeignKey" and node[3]:
            found |= _pointed(node[3][0])
        for name, value in node[4]:
            found |= _pointed(value) if name == "foreign_key" else foreign_keys(value)
        for value in node[3]:
            found |= foreign_keys(value)
    return found


def _pointed(node: Any) -> set[str]:
    if node[0] == f.CONST and isinstance(node[2], str):
        parts = node[2].split(".")
        return {parts[-2]} if len(parts) > 1 else set()
    if node[0] == f.ATTR and node[2][0] in (f.NAME, f.ATTR):
        return {str(node[2][-1])}
    return set()
