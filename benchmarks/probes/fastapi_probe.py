"""What a running FastAPI application says of its routes and models: `app.routes` and SQLAlchemy's mappers.

PYTHON fastapi_probe.py TREE OUT.json MODULE:APP
"""

import importlib
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

import common
import sqlalchemy_models


def routes(tree, app, prefix=""):
    """Every route of an application and of what is mounted in it."""
    for route in app.routes:
        path = prefix + getattr(route, "path", "")
        if hasattr(route, "endpoint"):
            view = common.unwrapped(route.endpoint)
            methods = common.kept(route.methods or ()) if hasattr(route, "methods") else ["WEBSOCKET"]
            for method in methods:
                template = re.sub(r"{(\w+):[^}]*}", r"{\1}", path)
                yield {"method": method, "path": template, "view": common.name_of(view), "own": tree.owns(view)}
        elif hasattr(route, "app") and hasattr(route.app, "routes"):
            yield from routes(tree, route.app, path)
        elif hasattr(getattr(route, "app", None), "app"):  # wrapped in a middleware
            inner = route.app
            while hasattr(inner, "app") and not hasattr(inner, "routes"):
                inner = inner.app
            if hasattr(inner, "routes"):
                yield from routes(tree, inner, path)


def main():
    tree = common.Tree(sys.argv[1])
    module, _, name = sys.argv[3].partition(":")
    app = getattr(importlib.import_module(module), name)
    common.write(sys.argv[2], list(routes(tree, app)), sqlalchemy_models.entities(tree))


main()
