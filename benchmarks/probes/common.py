"""What the probes share: whose code an object is, path templates, and the shape of what they write.

Runs inside the environment of the project that is measured, under its Python (3.8 or newer), without archwright.

Every probe writes one JSON object: `routes`: a list of {method, path, view, own}; `entities`: a list of {table, name,
own, key, fields: [{name, type, nullable, relation, target, many, own}], uniques, indexes}. `own` tells whether the view's
module is a file below the project's tree (site-packages and the standard library are not); for a model, whether its
`class` statement stands in one; for a field, whether it comes from the project's own classes (or Django's). Types are
logical (`text`, `int`, ...); `null` for a type that has no word in archwright's model.
"""

import functools
import inspect
import json
import re
import sys
from pathlib import Path

DROPPED_METHODS = {"HEAD", "OPTIONS"}


class Tree:
    """The directory of the project."""

    def defines(self, cls):
        """True for a class whose `class` statement stands in a file of the project: not what a library makes at run time."""
        if not self.owns(cls):
            return False
        try:
            inspect.getsource(cls)
        except (OSError, TypeError):
            return False
        return True

    def __init__(self, root):
        self.root = Path(root).resolve()

    def owns(self, thing):
        """True for a class or function whose module is a file of the project."""
        module = sys.modules.get(getattr(thing, "__module__", None) or "")
        file = getattr(module, "__file__", None)
        if file is None:
            return False
        path = Path(file).resolve()
        return self.root in path.parents and "site-packages" not in path.parts


def unwrapped(function):
    """The function behind decorators and partials."""
    while True:
        if isinstance(function, functools.partial):
            function = function.func
            continue
        inner = getattr(function, "__wrapped__", None)
        if inner is None:
            return inspect.unwrap(function) if callable(function) else function
        function = inner


def name_of(thing):
    """Dotted name of a view."""
    module, name = getattr(thing, "__module__", "?"), getattr(thing, "__qualname__", type(thing).__name__)
    return f"{module}.{name}"


def kept(methods):
    """The methods that count: frameworks add HEAD and OPTIONS by themselves."""
    return sorted({method.upper() for method in methods} - DROPPED_METHODS)


def regex_template(pattern):
    """A regular expression of a path as a template: groups as {name}, anchors and escapes dropped."""
    out = []
    index = 0
    while index < len(pattern):
        char = pattern[index]
        if char == "(":
            depth, end = 0, index
            while end < len(pattern):
                if pattern[end] == "\\":
                    end += 2
                    continue
                depth += (pattern[end] == "(") - (pattern[end] == ")")
                if depth == 0:
                    break
                end += 1
            group = pattern[index : end + 1]
            named = re.match(r"\(\?P<(\w+)>", group)
            if named:
                out.append(f"{{{named[1]}}}")
            elif group.startswith("(?:"):
                out.append(regex_template(group[3:-1].split("|")[0]))
            else:
                out.append("{}")
            index = end + 1
            while index < len(pattern) and pattern[index] in "?*+":
                index += 1
        elif char == "\\":
            following = pattern[index + 1 : index + 2]
            if following not in ("Z", "A", "b"):
                out.append(following)
            index += 2
        elif char in "^$?":
            index += 1
        else:
            out.append(char)
            index += 1
    return "".join(out)


def write(file, routes, entities):
    """Write the answer."""
    document = {"routes": routes, "entities": entities}
    Path(file).write_text(json.dumps(document, indent=1, sort_keys=True), encoding="utf-8")
