"""Django models as declared: fields, relations in both directions, managers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from archwright.source import facts as f
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_MODEL_BASES = frozenset(
    {
        "django.db.models.Model",
        "django.contrib.auth.models.AbstractUser",
        "django.contrib.auth.models.AbstractBaseUser",
        "django.contrib.auth.base_user.AbstractBaseUser",
        "django.contrib.auth.models.User",
        "django.contrib.gis.db.models.Model",
        "mptt.models.MPTTModel",
        "polymorphic.models.PolymorphicModel",
        "model_utils.models.TimeStampedModel",
        "django_extensions.db.models.TimeStampedModel",
        "treebeard.mp_tree.MP_Node",
    }
)
_QUERY_BASES = frozenset({"Manager", "QuerySet", "BaseManager", "UserManager", "BaseUserManager", "TreeManager"})
_RELATIONS = {
    "ForeignKey": "one",
    "OneToOneField": "one",
    "ManyToManyField": "many",
    "ParentalKey": "one",
    "ParentalManyToManyField": "many",
    "TreeForeignKey": "one",
    "GenericForeignKey": "generic",
    "GenericRelation": "many",
    "AutoOneToOneField": "one",
}
_ONE_TO_ONE: Final = frozenset({"OneToOneField", "AutoOneToOneField"})
_EXACT: Final = frozenset(
    {"IntegerField", "BigIntegerField", "SmallIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField"}
    | {"PositiveBigIntegerField", "AutoField", "BigAutoField", "SmallAutoField", "FloatField", "UUIDField"}
)
"""Fields that refuse to be compared with another text than that of a number or a UUID."""


_AUTH: Final = "django.contrib.auth.models."
USER: Final = f"{_AUTH}User"
"""The user model of a project that names none."""
_LABELS: Final = {
    "auth.user": USER,
    "auth.group": f"{_AUTH}Group",
    "auth.permission": f"{_AUTH}Permission",
    "contenttypes.contenttype": "django.contrib.contenttypes.models.ContentType",
    "sites.site": "django.contrib.sites.models.Site",
}
"""Labels, in lower case, of the models that Django brings along."""
_PERMITTED: Final = {"groups": f"{_AUTH}Group", "user_permissions": f"{_AUTH}Permission"}
"""The relations of PermissionsMixin."""


class Relation(NamedTuple):
    """A relation of a model, seen from the model that has the attribute."""

    target: str | None
    """Dotted name of the other model; None: generic or not found."""
    many: bool
    column: str = ""
    """The attribute that holds the key (`customer_id`), which is read without a query; empty on the far side."""
    back: str = ""
    """The attribute by which the rows fetched through it lead back, set by Django as it fetches them; empty: none."""
    between: str = ""
    """Dotted name of the model of the table between, for many to many; empty: there is none, or it isn't known."""


class ModelInfo:
    """One model with what instances and the class offer."""

    __slots__ = ("columns", "default_manager", "exact", "files", "info", "managers", "ordered", "relations", "single")

    def __init__(self, info: ClassInfo) -> None:
        self.info = info
        self.columns: set[str] = {"id", "pk"}
        self.files: set[str] = set()
        """The columns that hold the name of a file and give the file."""
        self.exact: set[str] = {"id", "pk"}
        """The columns that are compared with a number or a UUID alone: another text is an error, whether a row has it or not."""
        self.single: set[str] = {"id", "pk"}
        """The columns of which no two rows hold the same value."""
        self.relations: dict[str, Relation] = {}
        self.managers: dict[str, str | None] = {}
        """Manager attribute -> dotted class of the project's manager or query set, None for Django's own; two with a space between
        where `Manager.from_queryset(QuerySet)` makes one of both."""
        self.default_manager: str | None = None
        """The class of the manager that relations of many rows, generic views and `get_object_or_404` ask."""
        self.ordered = False


def query_method(info: ClassInfo, name: str) -> int | None:
    """The unit that `name` calls on a manager or query set, through `Manager.from_queryset(QuerySet)` too."""
    unit = info.method(name)
    for each in info.mro() if unit is None else ():
        for node in each.facts[4]:
            for inner in (node[2][2], *node[3]) if _from_queryset(node) else ():
                found = each.project.resolve_expression(each.module, inner)
                if found is not None and found.kind == "class" and found.value is not info:
                    unit = unit if unit is not None else query_method(found.value, name)
    return unit


def _from_queryset(node: Any) -> bool:
    return bool(node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] == "from_queryset")


class Models:
    """All models of a project."""

    def __init__(self, project: Project, engine: Engine) -> None:
        self._project = project
        self._engine = engine
        self._is_model: dict[str, bool] = {}
        self._asked: set[str] = set()
        """Classes on another library's manager that a model has for a manager: what that library calls it doesn't matter."""
        self.models: dict[str, ModelInfo] = {}
        self._by_short: dict[str, list[str]] = {}
        self._user: str | None = None
        self._by_lower: dict[str, list[str]] = {}
        """Names in lower case: Django's registry makes no difference between `app.Model` and `app.model`."""
        classes = [info for info in project.all_classes() if self.is_model(info)]
        for info in classes:
            self._by_short.setdefault(info.short, []).append(info.name)
            self._by_lower.setdefault(info.short.lower(), []).append(info.name)
        for info in classes:
            self.models[info.name] = ModelInfo(info)
        for info in classes:
            self._read(info)
        self._reverse()

    def is_model(self, info: ClassInfo) -> bool:
        """True for a class that derives from a Django model, by its bases or because one of its ancestors declares model fields."""
        known = self._is_model.get(info.name)
        if known is None:
            self._is_model[info.name] = False
            known = self._is_model[info.name] = any(
                (base in _MODEL_BASES) if isinstance(base, str) else self.is_model(base) for base in info.bases()
            ) or self._declares_relations(info)
        return known

    def _declares_relations(self, info: ClassInfo) -> bool:
        if not info.facts[4]:
            return False
        for binding in info.scope().values():
            if binding.kind == "expression" and binding.value[0] == f.CALL:
                name = self._callee(info, binding.value)
                if name.startswith("django.db.models.") and name.endswith(("Field", "ForeignKey")):
                    return True
        return False

    def is_query_class(self, info: ClassInfo) -> bool:
        """True for the project's managers and query sets."""
        return info.name in self._asked or self._is_query_class(info)

    @staticmethod
    def _is_query_class(info: ClassInfo) -> bool:
        return any(
            base.startswith(("django.", "mptt.", "polymorphic.", "model_utils.", "treebeard."))
            and base.rpartition(".")[2] in _QUERY_BASES
            for base in info.external_bases()
        ) or any(_from_queryset(node) for each in info.mro() for node in each.facts[4])

    # --- reading one model -----------------------------------------------------------------------------
    def _read(self, info: ClassInfo) -> None:
        model = self.models[info.name]
        if any(base in (f"{_AUTH}AbstractUser", f"{_AUTH}PermissionsMixin") for base in info.external_bases()):
            for name, target in _PERMITTED.items():
                model.relations[name] = Relation(target, True, between=f"{info.name}_{name}")
        if f"{_AUTH}AbstractUser" in info.external_bases():
            model.single.add("username")
        for holder in reversed(info.mro()):
            for name, binding in holder.scope().items():
                if binding.kind in ("expression", "annotation"):
                    node = binding.value if binding.kind == "expression" else binding.value[1]
                    if node is not None and node[0] == f.CALL:
                        self._read_attribute(model, holder, name, node)
            meta = holder.scope().get("Meta")
            if meta is not None and meta.kind == "class":
                model.ordered = model.ordered or "ordering" in self._project.class_at(holder.module, meta.value).scope()
        model.default_manager = model.managers.get(self._default_manager(model))

    def _default_manager(self, model: ModelInfo) -> str:
        """The name of the manager that Meta names, else of the first that the nearest class declares. Source: `Options._default_manager`."""
        for holder in model.info.mro():
            meta = holder.scope().get("Meta")
            found = self._project.class_at(holder.module, meta.value) if meta and meta.kind == "class" else None
            named = found.scope().get("default_manager_name") if found is not None else None
            if named is not None and named.kind == "expression" and named.value[0] == f.CONST:
                return str(named.value[2])
        declared = (name for holder in model.info.mro() for name in holder.scope() if name in model.managers)
        return next(declared, "objects")

    def _read_attribute(self, model: ModelInfo, holder: ClassInfo, name: str, node: tuple[Any, ...]) -> None:
        callee = self._callee(holder, node)
        short = callee.rpartition(".")[2]
        kind = _RELATIONS.get(short)
        if kind is not None:
            target = self._target(holder, node, model.info) if kind != "generic" else None
            column = f"{name}_id" if kind == "one" else ""
            between = self._between(holder, name, node, model.info) if short.endswith("ManyToManyField") else ""
            model.relations[name] = Relation(target, kind == "many", column, between=between)
            if column:
                model.columns.add(column)
                self._read_exact(model, name, "", node)
                self._read_single(model, (name, column), short, node)
        elif short.endswith("Field"):
            model.columns.add(name)
            self._read_exact(model, name, short, node)
            self._read_single(model, (name,), short, node)
            if short.endswith(("FileField", "ImageField")):
                model.files.add(name)
        else:
            manager = self._manager(holder, node)
            if isinstance(manager, str):
                model.managers[name] = manager or None

    @staticmethod
    def _read_exact(model: ModelInfo, name: str, short: str, node: tuple[Any, ...]) -> None:
        """What a field says of the columns that let numbers alone through: its own, and the key where it is the key."""
        keyed = any(key == "primary_key" and value[0] == f.CONST and value[2] is True for key, value in node[4])
        for column in (name, "pk") if keyed else (name,):
            (model.exact.add if short in _EXACT else model.exact.discard)(column)

    @staticmethod
    def _read_single(model: ModelInfo, columns: tuple[str, ...], short: str, node: tuple[Any, ...]) -> None:
        """Whether a field says that each of its values is in one row alone."""
        said = any(
            key in ("unique", "primary_key") and value[0] == f.CONST and value[2] is True for key, value in node[4]
        )
        for column in columns:
            (model.single.add if said or short in _ONE_TO_ONE else model.single.discard)(column)

    def _callee(self, holder: ClassInfo, node: tuple[Any, ...]) -> str:
        """The outside class that a call makes an instance of: itself, or the field class a project class derives from."""
        found = self._project.resolve_expression(holder.module, node[2])
        if found is None:
            return node[2][3] if node[2][0] == f.ATTR else ""
        if found.kind == "external":
            return str(found.value)
        if found.kind == "class":
            bases = found.value.external_bases()
            return next((b for b in bases if b.rpartition(".")[2] in _RELATIONS or b.endswith("Field")), "")
        return ""

    def _target(self, holder: ClassInfo, node: tuple[Any, ...], model: ClassInfo) -> str | None:
        given = node[3][0] if node[3] else next((value for name, value in node[4] if name == "to"), None)
        if given is None:
            return None
        if given[0] == f.CONST and isinstance(given[2], str):
            return self.by_label(given[2], model)
        found = self._project.resolve_expression(holder.module, given)
        if found is not None and found.kind == "class":
            return str(found.value.name)
        if given[0] == f.ATTR and given[3] == "AUTH_USER_MODEL":
            return self.user_model()
        if found is not None and found.kind == "external":
            return str(found.value) if str(found.value).startswith("django.") else None
        value = self._engine.module_expression(holder.module, given)
        if value.type is not None and value.type[0] == "external":
            return str(value.type[1]) if str(value.type[1]).startswith("django.") else None
        return self.by_label(value.const, model) if isinstance(value.const, str) else None

    def _between(self, holder: ClassInfo, name: str, node: tuple[Any, ...], model: ClassInfo) -> str:
        """The model given as `through`, or the one that Django makes and calls `Model_field`."""
        given = next((value for key, value in node[4] if key == "through"), None)
        if given is None:
            owner = holder if holder.name in self.models and not self._abstract(holder) else model
            return f"{owner.name}_{name}"
        if given[0] == f.CONST and isinstance(given[2], str):
            return self.by_label(given[2], model) or ""
        found = self._project.resolve_expression(holder.module, given)
        return str(found.value.name) if found is not None and found.kind == "class" else ""

    def user_model(self) -> str | None:
        """The model that AUTH_USER_MODEL names, Django's own where no settings bind it; None: it can't be told."""
        if self._user is None:
            self._user = self._named_user()
        return self._user or None

    def _named_user(self) -> str:
        said = False
        for module in self._project.modules:
            binding = module.scope().get("AUTH_USER_MODEL") if "settings" in module.path else None
            if binding is not None and binding.kind == "expression" and binding.value[0] == f.CONST:
                said = True
                known = self.by_label(binding.value[2], None)
                if known is not None:
                    return known
        return "" if said else USER

    def by_label(self, label: str, model: ClassInfo | None) -> str | None:
        """The model that `self`, `Model` or `app.Model` names."""
        if label == "self":
            return model.name if model is not None else None
        app, _, short = label.rpartition(".")
        names = self._by_short.get(short) or self._by_lower.get(short.lower(), [])
        if len(names) > 1 and app:
            names = [name for name in names if app in name.split(".")] or names
        elif len(names) > 1 and model is not None:
            names = [name for name in names if name.rpartition(".")[0] == model.name.rpartition(".")[0]] or names
        if len(names) == 1:
            return names[0]
        return _LABELS.get(label.lower()) if not names else None

    def _manager(self, holder: ClassInfo, node: tuple[Any, ...]) -> str | None:
        """The project class behind a manager attribute; "" for Django's own; None where it is no manager."""
        function = node[2]
        if function[0] == f.ATTR and function[3] in ("as_manager", "from_queryset"):
            found = self._project.resolve_expression(
                holder.module, function[2] if function[3] == "as_manager" else (node[3] or (function,))[0]
            )
            given = [found.value.name] if found is not None and found.kind == "class" else []
            base = (
                self._project.resolve_expression(holder.module, function[2]) if function[3] == "from_queryset" else None
            )
            if base is not None and base.kind == "class":  # its own methods come before those of the query set
                given.insert(0, base.value.name)
            return " ".join(given)
        if function[0] == f.CALL:  # Manager.from_queryset(QuerySet)()
            return self._manager(holder, function)
        found = self._project.resolve_expression(holder.module, function)
        if found is not None and found.kind == "class" and self._serves_as_manager(found.value):
            return str(found.value.name)
        if found is not None and found.kind == "external" and found.value.rpartition(".")[2] in _QUERY_BASES:
            return ""
        if found is not None and found.kind == "external" and found.value.endswith("Manager"):
            return self._given_manager(holder, node)
        if found is not None and found.kind == "expression" and found.value[2][0] == f.CALL:
            return self._manager(holder, found.value[2]) if found.value[2] is not function else None
        return None

    def _serves_as_manager(self, info: ClassInfo) -> bool:
        """Whether a class whose instance a model holds is a manager: by its bases, be they those of another library's manager."""
        if any(base.endswith("Manager") for base in info.external_bases()):
            self._asked.update(each.name for each in info.mro())
        return self.is_query_class(info)

    def _given_manager(self, holder: ClassInfo, node: tuple[Any, ...]) -> str:
        """The project's manager or query set that another library's manager is told to build on; "": none is given.

        As `ScopedManager(event="event", _manager_class=OurManager)` of django-scopes.
        """
        for given in (*node[3], *(value for _, value in node[4])):
            found = self._project.resolve_expression(holder.module, given) if given[0] in (f.NAME, f.ATTR) else None
            if found is not None and found.kind == "class" and self.is_query_class(found.value):
                return str(found.value.name)
        return ""

    # --- the far side ------------------------------------------------------------------------------------
    def _reverse(self) -> None:
        for model in list(self.models.values()):
            if self._abstract(model.info):
                continue
            for holder in model.info.mro():
                for name, binding in holder.scope().items():
                    relation = model.relations.get(name)
                    if (
                        relation is None
                        or relation.target is None
                        or binding.kind != "expression"
                        or binding.value[0] != f.CALL
                    ):
                        continue
                    node = binding.value
                    short = self._callee(holder, node).rpartition(".")[2]
                    target = self.models.get(relation.target)
                    if target is None or short == "GenericRelation":
                        continue
                    single = short in _ONE_TO_ONE
                    accessor = self._accessor(model.info, node, single=single)
                    back = name if relation.column else ""
                    if accessor and accessor not in target.relations:
                        target.relations[accessor] = Relation(
                            model.info.name, not single, back=back, between=relation.between
                        )
                        if single:
                            model.relations[name] = relation._replace(back=accessor)
        for model in list(self.models.values()):
            self._lead_down(model)

    def _lead_down(self, model: ModelInfo) -> None:
        """A model whose rows have a row of their own in a parent's table: the parent leads to the child by its name."""
        if self._abstract(model.info) or self._says(model.info, "proxy"):
            return
        for base in model.info.bases():
            parent = self.models.get(base.name) if not isinstance(base, str) else None
            if parent is None or self._abstract(parent.info):
                continue
            linked = [known for known in model.relations.values() if known.back and known.target == parent.info.name]
            if not linked:
                parent.relations.setdefault(model.info.short.lower(), Relation(model.info.name, False))

    @staticmethod
    def _accessor(info: ClassInfo, node: tuple[Any, ...], *, single: bool) -> str:
        for name, value in node[4]:
            if name == "related_name":
                if value[0] != f.CONST or not isinstance(value[2], str):
                    return ""
                text = value[2].replace("%(class)s", info.short.lower()).replace("%(app_label)s", "")
                return "" if text.endswith("+") else text
        return info.short.lower() if single else f"{info.short.lower()}_set"

    def _abstract(self, info: ClassInfo) -> bool:
        return self._says(info, "abstract")

    def _says(self, info: ClassInfo, name: str) -> bool:
        """Whether the model's own Meta sets an option to True."""
        meta = info.scope().get("Meta")
        if meta is None or meta.kind != "class":
            return False
        binding = self._project.class_at(info.module, meta.value).scope().get(name)
        return (
            binding is not None
            and binding.kind == "expression"
            and binding.value[0] == f.CONST
            and binding.value[2] is True
        )
