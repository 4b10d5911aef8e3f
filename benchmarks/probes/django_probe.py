"""What a running Django project says of its routes and models: the URL resolver and the app registry.

    DJANGO_SETTINGS_MODULE=... PYTHON django_probe.py TREE OUT.json

Runs in the project's environment, from the directory that holds its packages. Methods: of a class-based view those of
`http_method_names` that it has a handler for; of a DRF viewset its actions map; of a function view none (`*`: Django
hands it every method). Format suffix patterns, which DRF's routers add to each route, are left out.
"""

import operator
import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

import common

meta_of = operator.attrgetter("_meta")
"""Django's documented model API, whatever its name."""
TYPES = (
    ("BooleanField", "bool"),
    ("NullBooleanField", "bool"),
    ("DecimalField", "decimal"),
    ("FloatField", "float"),
    ("DateTimeField", "timestamp"),
    ("DateField", "date"),
    ("UUIDField", "uuid"),
    ("JSONField", "json"),
    ("BinaryField", "bytes"),
    ("CharField", "text"),
    ("TextField", "text"),
    ("SlugField", "text"),
    ("FileField", "text"),
    ("FilePathField", "text"),
    ("GenericIPAddressField", "text"),
    ("IntegerField", "int"),
    ("AutoField", "int"),
)


def patterns(resolver, prefix=""):
    """Every (path, callback) below a resolver."""
    from django.urls import URLPattern

    for entry in resolver.url_patterns:
        path = prefix + piece(entry.pattern)
        if isinstance(entry, URLPattern):
            yield path, entry
        else:
            yield from patterns(entry, path)


def piece(pattern):
    """One pattern as a template."""
    import re

    from django.urls.resolvers import LocalePrefixPattern, RoutePattern

    if isinstance(pattern, LocalePrefixPattern):
        return "{language}/"
    if isinstance(pattern, RoutePattern):
        return re.sub(r"<(?:[^<>:]+:)?(\w+)>", r"{\1}", str(pattern))
    return common.regex_template(str(pattern))


def routes(tree):
    """The routes that the resolver knows."""
    from django.urls import get_resolver

    for path, entry in patterns(get_resolver()):
        if "{format}" in path and ".{format}" in path:
            continue
        callback = entry.callback
        actions = getattr(callback, "actions", None)
        cls = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
        if cls is None:
            view = common.unwrapped(callback)
            methods = ["*"]
            if not hasattr(view, "__qualname__"):
                cls = type(view)
        else:
            view = cls
            if actions:
                methods = common.kept(actions)
            else:
                names = getattr(cls, "http_method_names", ())
                methods = common.kept(name for name in names if hasattr(cls, name) and not passed_on(cls, name))
        if cls is not None and hasattr(cls, "__wrapped__"):
            view = cls
        own = tree.owns(view)
        if (
            cls is not None and cls.__name__ == "WrappedAPIView"
        ):  # @api_view makes a class that keeps the function's module
            own = tree.owns(cls)
        for method in methods:
            yield {"method": method, "path": "/" + path.lstrip("/"), "view": common.name_of(view), "own": own}


def passed_on(cls, verb):
    """True for the methods that Django's edit views only pass on to another: PUT to POST, DELETE to POST."""
    from django.views.generic.edit import DeletionMixin, ProcessFormView

    library = {"put": ProcessFormView.put, "delete": getattr(DeletionMixin, "delete", None)}.get(verb)
    return library is not None and getattr(cls, verb) is library


def logical(field):
    """The logical type of a column."""
    from django.db import models

    for name, word in TYPES:
        cls = getattr(models, name, None)
        if cls is not None and isinstance(field, cls):
            return word
    return {"text": "text"}.get(
        dict(TYPES).get(field.get_internal_type(), ""), dict(TYPES).get(field.get_internal_type())
    )


def outside_fields(tree, model):
    """The names of fields that come from abstract models of installed packages other than Django."""
    found = set()
    for base in model.__mro__[1:]:
        meta = getattr(base, "_meta", None)
        if meta is None or not meta.abstract:
            continue
        if not tree.owns(base) and not base.__module__.startswith("django."):
            found |= {field.name for field in (*meta.local_fields, *meta.local_many_to_many)}
    return found


def one(field, foreign):
    """A column, or a reference to one row."""
    remote = field.remote_field.model if field.remote_field and field.remote_field.model else None
    return {
        "name": field.name,
        "type": "reference" if remote else logical(field),
        "nullable": bool(field.null),
        "relation": meta_of(remote).db_table if remote else None,
        "target": remote.__name__ if remote else None,
        "many": False,
        "own": field.name not in foreign,
    }


def many(field, foreign):
    """A many-to-many relation."""
    remote = field.remote_field.model
    return {
        "name": field.name,
        "type": "reference",
        "nullable": None,
        "relation": meta_of(remote).db_table,
        "target": remote.__name__,
        "many": True,
        "own": field.name not in foreign,
    }


def entities(tree):
    """The models with a table of their own."""
    from django.apps import apps

    for model in apps.get_models():
        meta = meta_of(model)
        if meta.proxy:
            continue
        fields, uniques, indexes = [], [], []
        foreign = outside_fields(tree, model)
        for field in meta.local_fields:
            if field.column is None:
                continue
            fields.append(one(field, foreign))
            if field.primary_key:
                continue
            if field.unique:
                uniques.append([field.name])
            elif getattr(field, "db_index", False):
                indexes.append([field.name])
        fields += [many(field, foreign) for field in meta.local_many_to_many]
        uniques += [list(group) for group in meta.unique_together]
        indexes += [list(group) for group in getattr(meta, "index_together", ())]
        for constraint in meta.constraints:
            if type(constraint).__name__ == "UniqueConstraint" and constraint.fields:
                uniques.append(list(constraint.fields))
        for index in meta.indexes:
            if index.fields:
                indexes.append(list(index.fields))
        yield {
            "table": meta.db_table,
            "name": model.__name__,
            "own": tree.defines(model),
            "key": [field.name for field in getattr(meta, "pk_fields", [meta.pk])],
            "fields": fields,
            "uniques": uniques,
            "indexes": indexes,
        }


def main():
    import django

    django.setup()
    tree = common.Tree(sys.argv[1])
    common.write(sys.argv[2], list(routes(tree)), list(entities(tree)))


main()
