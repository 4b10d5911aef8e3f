"""What a configured Pyramid application says of its routes and models: its introspector and SQLAlchemy's mappers.

    PYTHON pyramid_probe.py TREE OUT.json MODULE:FACTORY...

FACTORY takes (global_config, **settings) and gives a WSGI application; a project may have several. A route counts once per
view that is bound to it and per method; a view without `request_method` answers any (`*`). A view of errors, whose
context is an exception, answers no route of its own.
"""

import importlib
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

import common
import sqlalchemy_models


def routes(tree, registry):
    """Every route with the views bound to it."""
    patterns = {}
    for item in registry.introspector.get_category("routes") or ():
        route = item["introspectable"]
        patterns[route["name"]] = (route["pattern"], route["request_methods"])
    for item in registry.introspector.get_category("views") or ():
        view = item["introspectable"]
        context = view.get("context")
        if view["route_name"] not in patterns or (isinstance(context, type) and issubclass(context, BaseException)):
            continue
        pattern, on_route = patterns[view["route_name"]]
        methods = view["request_methods"] or on_route or ("*",)
        methods = (methods,) if isinstance(methods, str) else methods
        function = common.unwrapped(view["callable"])
        path = re.sub(r"{(\w+):(?:[^{}]|{[^{}]*})*}", r"{\1}", pattern)
        path = re.sub(r"\*(\w+)$", r"{\1}", path)
        for method in common.kept(methods):
            yield {
                "method": method,
                "path": "/" + path.lstrip("/"),
                "view": common.name_of(function),
                "own": tree.owns(function),
            }


def main():
    tree = common.Tree(sys.argv[1])
    found = []
    for given in sys.argv[3:]:
        module, _, name = given.partition(":")
        app = getattr(importlib.import_module(module), name)({})
        while not hasattr(app, "registry"):
            app = getattr(app, "app", None) or app.application
        found += routes(tree, app.registry)
    common.write(sys.argv[2], found, sqlalchemy_models.entities(tree))


main()
