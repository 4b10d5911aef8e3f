"""What a running Flask application says of its routes and models: `app.url_map` and SQLAlchemy's mappers.

    PYTHON flask_probe.py TREE OUT.json MODULE:FACTORY [CONFIGURATION]

FACTORY is called with the configuration, if one is given; an application is taken as it is.
"""

import importlib
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

import common
import sqlalchemy_models


def routes(tree, app):
    """Every rule of the application."""
    for rule in app.url_map.iter_rules():
        function = app.view_functions[rule.endpoint]
        view = getattr(function, "view_class", None) or common.unwrapped(function)
        path = re.sub(r"<(?:\w+(?:\([^>]*\))?:)?(\w+)>", r"{\1}", rule.rule)
        for method in common.kept(rule.methods or ()):
            yield {"method": method, "path": path, "view": common.name_of(view), "own": tree.owns(view)}


def main():
    tree = common.Tree(sys.argv[1])
    module, _, name = sys.argv[3].partition(":")
    app = getattr(importlib.import_module(module), name)
    if not hasattr(app, "url_map"):
        app = app(*sys.argv[4:])
    with app.app_context():
        common.write(sys.argv[2], list(routes(tree, app)), sqlalchemy_models.entities(tree))


main()
