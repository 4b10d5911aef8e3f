"""Django's models as entities."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from archwright.model.entity import Entity
from archwright.source.frameworks.base import Framework
from archwright.source.frameworks.django.entity_reader import EntityReader
from archwright.source.frameworks.django.orm import DjangoOrm
from archwright.source.frameworks.django.rows import ORM
from archwright.source.link.project import Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine


class DjangoEntities(Framework):
    """What the models of the ORM's file keep."""

    name = "django_entities"
    packages = ("django",)

    def entities(self, project: Project, engine: Engine) -> Iterable[Entity]:
        """Every model that has a table of its own: no abstract ones, no proxies."""
        orm = engine.frameworks_by_name.get(ORM)
        models = orm.models if isinstance(orm, DjangoOrm) else {}
        for name in sorted(models):
            reader = EntityReader(project, engine, models, models[name])
            if not reader.is_set("abstract") and not reader.is_set("proxy"):
                yield reader.entity()
