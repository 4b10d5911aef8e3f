"""What Django's generic class-based views do: the queries they imply, the forms they save, the hooks that views override."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.flow import attributes, calls
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, UNKNOWN, Query, Row, Val, constant
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.django.kinds import sent
from archwright.source.frameworks.django.rows import ORM
from archwright.source.frameworks.shared.inherited import call_own
from archwright.source.frameworks.shared.queries import emit_read
from archwright.source.frameworks.templates.django import DjangoTemplates
from archwright.source.frameworks.templates.language import PAGES
from archwright.source.link.project import ClassInfo
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

REQUEST: Final = "django.http.HttpRequest"
_RESPONSE: Final = Val(("object", "django.http.HttpResponse"))
_LISTS: Final = frozenset(
    {"ListView", "BaseListView", "ArchiveIndexView", "YearArchiveView", "MonthArchiveView", "WeekArchiveView"}
    | {"DayArchiveView", "TodayArchiveView"}
)
_DETAILS: Final = frozenset({"DetailView", "BaseDetailView", "DateDetailView"})
_CREATES: Final = frozenset({"CreateView", "BaseCreateView"})
_UPDATES: Final = frozenset({"UpdateView", "BaseUpdateView"})
_DELETES: Final = frozenset({"DeleteView", "BaseDeleteView", "DeletionMixin"})
_FORMS: Final = frozenset({"FormView", "BaseFormView", "ProcessFormView", "FormMixin"})
_SUFFIXES: Final = (
    (frozenset({"ListView"}), "_list"),
    (frozenset({"DetailView", "DateDetailView"}), "_detail"),
    (frozenset({"CreateView", "UpdateView"}), "_form"),
    (frozenset({"DeleteView"}), "_confirm_delete"),
    (frozenset({"ArchiveIndexView"}), "_archive"),
)
"""What `template_name_suffix` is in the library's classes."""


def method(call: CallSite, view: Val, info: ClassInfo) -> Val | None:
    """`view.name(...)`, where the project has no method of that name; None: nothing is known of it."""
    hook = _HOOKS.get(call.name)
    return hook(call, view, info) if hook is not None else None


def attribute(frame: Frame, view: Val, info: ClassInfo, name: str, position: int) -> Val | None:
    """`self.object` and `self.object_list`: what the project assigns, else what the library does."""
    assigned = frame.engine.selves.assigned(info, name)
    if assigned is not None and assigned.type is not None:
        return assigned
    if name == "object_list":
        return call_own(frame, view, "get_queryset", [], position)
    if name != "object":
        return None
    query = _query(_default_rows(frame, view, info, position))
    return Val(("row", Row(ORM, query.entity, None))) if query is not None and query.entity is not None else None


def _kinds(info: ClassInfo) -> set[str]:
    return {base.rpartition(".")[2] for base in info.external_bases()}


# --- requests ------------------------------------------------------------------------------------------------------
def _get(call: CallSite, view: Val, info: ClassInfo) -> Val | None:
    kinds = _kinds(info)
    if "RedirectView" in kinds:
        function = attributes.attribute(call.frame, view, "get_redirect_url", call.position)
        calls.call_value(call.frame, function, [], {}, [UNKNOWN], call.position)
        return _RESPONSE
    if kinds & _LISTS:
        return _list(call, view, info)
    if kinds & (_DETAILS | _UPDATES | _DELETES):
        row = call_own(call.frame, view, "get_object", [], call.position)
        if kinds & _UPDATES:
            call_own(call.frame, view, "get_form", [], call.position)
        return _shown(call, view, object=row)
    if kinds & (_CREATES | _FORMS):
        call_own(call.frame, view, "get_form", [], call.position)
    return _shown(call, view) if kinds else None


def _list(call: CallSite, view: Val, info: ClassInfo) -> Val:
    """The rows of the list; a page of them, after all were counted, where the view says so."""
    rows = call_own(call.frame, view, "get_queryset", [], call.position)
    query = _query(rows)
    if query is not None and info.lookup("paginate_by") is not None:
        emit_read(call.frame, call.position, query, rows.origins, "aggregate", rows.asked)
        flags = query.flags | {"changed", "limited"}
        rows = Val(("query", query._replace(flags=flags)), rows.origins, asked=rows.asked)
    orm = call.frame.engine.frameworks_by_name.get(ORM)
    if orm is not None:
        orm.evaluate(call.frame, rows, call.position, "shown")
    return _shown(call, view, object_list=rows)


def _post(call: CallSite, view: Val, info: ClassInfo) -> Val | None:
    kinds = _kinds(info)
    if kinds & _DELETES:
        call_own(call.frame, view, "get_object", [], call.position)
        return call_own(call.frame, view, "form_valid", [UNKNOWN], call.position)
    if not kinds & (_CREATES | _UPDATES | _FORMS):
        return None
    if kinds & _UPDATES:
        call_own(call.frame, view, "get_object", [], call.position)
    form = call_own(call.frame, view, "get_form", [], call.position)
    call_own(call.frame, form, "is_valid", [], call.position)
    call_own(call.frame, view, "form_valid", [form], call.position)
    return call_own(call.frame, view, "form_invalid", [form], call.position)


def _delete(call: CallSite, view: Val, info: ClassInfo) -> Val | None:
    """`delete` of a DeleteView removes the object."""
    if not _kinds(info) & _DELETES:
        return None
    row = call_own(call.frame, view, "get_object", [], call.position)
    call_own(call.frame, row, "delete", [], call.position)
    return _RESPONSE


def _shown(call: CallSite, view: Val, **held: Val) -> Val:
    context = call_own(call.frame, view, "get_context_data", [], call.position, **held)
    return call_own(call.frame, view, "render_to_response", [context], call.position)


# --- hooks ---------------------------------------------------------------------------------------------------------
def _get_queryset(call: CallSite, view: Val, info: ClassInfo) -> Val:
    return _default_rows(call.frame, view, info, call.position)


def _default_rows(frame: Frame, view: Val, info: ClassInfo, position: int) -> Val:
    """`queryset`, else all rows of `model`."""
    for name in ("queryset", "model"):
        hit = info.lookup(name)
        value = frame.engine.class_value(hit[0], name, hit[1]) if hit is not None and hit[1].kind != "unit" else None
        if value is None or value.type is None:
            continue
        if value.type[0] == "query":
            return value
        if value.type[0] == "class":
            return attributes.class_attribute(frame, value.type[1], "_default_manager", position)
    return UNKNOWN


def _get_object(call: CallSite, view: Val, info: ClassInfo) -> Val:
    given = call.argument(0, "queryset")
    rows = given if given is not None else call_own(call.frame, view, "get_queryset", [], call.position)
    orm = call.frame.engine.frameworks_by_name.get(ORM)
    if _query(rows) is None or orm is None:
        return UNKNOWN
    key = {"pk": Val(("text",), sent("path parameter", call.frame.unit, call.position))}
    return orm.method(CallSite(call.frame, call.position, "get", rows, [], key, [])) or UNKNOWN


def _get_context_data(call: CallSite, view: Val, info: ClassInfo) -> Val:
    """The context of the template: the rows under the names that the library gives them, and what is passed on."""
    items: dict[Any, Val] = {"view": view, **call.keywords}
    kinds = _kinds(info)
    wanted = {"object_list": kinds & _LISTS, "object": kinds & (_DETAILS | _UPDATES | _DELETES)}
    for name, asked in wanted.items():
        held = call.keywords.get(name)
        if held is None and asked:
            held = items[name] = attributes.attribute(call.frame, view, name, call.position)
        entity = held.type[1].entity if held is not None and held.type is not None and held.type[0] in _ROWS else None
        if held is not None and entity:
            short = entity.rpartition(".")[2].lower()
            items[_text(info, "context_object_name") or (f"{short}_list" if name == "object_list" else short)] = held
    return Val(("dict",), (), NO, items)


def _get_form_class(call: CallSite, view: Val, info: ClassInfo) -> Val:
    return attributes.attribute(call.frame, view, "form_class", call.position)


def _get_form(call: CallSite, view: Val, info: ClassInfo) -> Val:
    """A form of `form_class`, or one that the library makes of `model` and `fields`."""
    class_ = call.argument(0, "form_class") or call_own(call.frame, view, "get_form_class", [], call.position)
    given = {"data": Val(("dict",), sent("form field", call.frame.unit, call.position))}
    if _kinds(info) & _UPDATES:
        given["instance"] = attributes.attribute(call.frame, view, "object", call.position)
    if class_.type is not None and class_.type[0] == "class":
        return calls.construct(call.frame, class_.type[1], [], given, [], call.position)
    query = _query(_default_rows(call.frame, view, info, call.position))
    model = call.frame.engine.project.class_named(query.entity) if query is not None and query.entity else None
    if model is None:
        return UNKNOWN
    del given["data"]
    hit = info.lookup("fields")
    fields = call.frame.engine.class_value(hit[0], "fields", hit[1]) if hit is not None else None
    if fields is not None:
        given["fields"] = fields
    return Val(("object", "django.forms.ModelForm"), (), NO, {"model": Val(("class", model)), **given})


def _form_valid(call: CallSite, view: Val, info: ClassInfo) -> Val:
    """A CreateView and an UpdateView save the form, a DeleteView removes the object, a FormView only redirects."""
    kinds = _kinds(info)
    form = call.argument(0, "form") or UNKNOWN
    if kinds & _DELETES:
        call_own(
            call.frame,
            attributes.attribute(call.frame, view, "object", call.position),
            "delete",
            [],
            call.position,
        )
    elif kinds & (_CREATES | _UPDATES):
        call_own(call.frame, form, "save", [], call.position)
    if info.method("get_success_url") is not None:
        call_own(call.frame, view, "get_success_url", [], call.position)
    return _RESPONSE


def _respond(call: CallSite, view: Val, info: ClassInfo) -> Val:
    return _RESPONSE


def _render(call: CallSite, view: Val, info: ClassInfo) -> Val:
    """`render_to_response(context)`: the view's template is rendered, if it has one that is known."""
    templates = call.frame.engine.frameworks_by_name.get("django_templates")
    if isinstance(templates, DjangoTemplates):
        context = templates.context_of(call.argument(0, "context"))
        context.setdefault("request", Val(("object", REQUEST)))
        name = _template(call, view, info)
        written = _written_names(call.frame, info) if templates.module_of(call.frame, name) is None else [name]
        for each in written:
            templates.render(call.frame, each, context, call.position)
    return _RESPONSE


def _template(call: CallSite, view: Val, info: ClassInfo) -> Val:
    """The names of a view's template: `get_template_names`, `template_name`, else the one that the library makes of the model's."""
    if info.method("get_template_names") is not None:
        return call_own(call.frame, view, "get_template_names", [], call.position)
    hit = info.lookup("template_name")
    name = call.frame.engine.class_value(hit[0], "template_name", hit[1]) if hit is not None else None
    if hit is not None:
        return name if name is not None else UNKNOWN
    kinds = _kinds(info)
    suffix = _text(info, "template_name_suffix") or next((end for kind, end in _SUFFIXES if kind & kinds), "")
    query = _query(_default_rows(call.frame, view, info, call.position)) if suffix else None
    if query is None or not query.entity:
        return UNKNOWN
    *packages, model = query.entity.split(".")
    app = next((part for part in reversed(packages) if part != "models"), "")
    if "models" in packages[1:]:
        app = packages[packages.index("models", 1) - 1]
    return constant(f"{app}/{model.lower()}{suffix}.html")


def _written_names(frame: Frame, info: ClassInfo) -> list[Val]:
    """The names that a view's own `get_template_names` writes down to choose from, with its `template_name`."""
    unit = info.method("get_template_names")
    if unit is None:
        return []
    frame.engine.summary(unit)
    texts = [node[2] for node in nodes(body_of(frame.engine.project.unit(unit)[1])) if node[0] == f.CONST]
    named = sorted({text for text in texts if isinstance(text, str) and text.endswith(PAGES)})
    return [constant(each) for each in dict.fromkeys((_text(info, "template_name"), *named)) if each]


def _query(value: Val) -> Query | None:
    query: Query | None = value.type[1] if value.type is not None and value.type[0] == "query" else None
    return query


def _text(info: ClassInfo, name: str) -> str:
    hit = info.lookup(name)
    node = hit[1].value if hit is not None and hit[1].kind == "expression" else None
    return node[2] if node is not None and node[0] == f.CONST and isinstance(node[2], str) else ""


_ROWS: Final = ("row", "query")
_HOOKS: Final[dict[str, Callable[[CallSite, Val, ClassInfo], Val | None]]] = {
    "get": _get,
    "post": _post,
    "put": _post,
    "delete": _delete,
    "get_queryset": _get_queryset,
    "get_object": _get_object,
    "get_context_data": _get_context_data,
    "get_form_class": _get_form_class,
    "get_form": _get_form,
    "form_valid": _form_valid,
    "form_invalid": _respond,
    "render_to_response": _render,
}
