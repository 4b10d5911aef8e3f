"""What runs and what is set, as a project's own files say."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from archwright.model.blueprint import Blueprint
from archwright.source.survey import survey

Survey = Callable[[dict[str, str]], Blueprint]
APP = """
    from fastapi import FastAPI
    app = FastAPI()

    @app.get("/")
    def home():
        return 1
"""
TASKS = """
    from celery import shared_task

    @shared_task
    def clean():
        pass
"""


@pytest.fixture
def surveyed(tmp_path: Path) -> Survey:
    def made(files: dict[str, str]) -> Blueprint:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        return survey(tmp_path, workers=1)[0]

    return made


def _processes(blueprint: Blueprint) -> list[tuple[str, str, str, int]]:
    return [(each.name, each.kind, each.technology, len(each.serves)) for each in blueprint.physical.processes]


def test_a_procfile(surveyed: Survey) -> None:
    found = surveyed(
        {
            "app.py": APP,
            "tasks.py": TASKS,
            "Procfile": """
                web: gunicorn app:app
                jobs: celery -A app worker -l info
                clock: celery -A app beat
                release: python migrate.py
            """,
        }
    )
    assert _processes(found) == [
        ("web", "service", "gunicorn", 1),
        ("jobs", "worker", "celery", 1),
        ("clock", "scheduler", "celery", 0),
    ]


def test_a_compose_file(surveyed: Survey) -> None:
    found = surveyed(
        {
            "app.py": APP,
            "docker-compose.yml": """
                services:
                  api:
                    build: .
                    command: ["uvicorn", "app:app"]
                  mailer-worker:
                    build: .
                  store:
                    image: postgres:16
                  proxy:
                    image: nginx
                  odd: 3
            """,
            "Dockerfile": 'FROM python\nCMD ["gunicorn", "other:app"]\n',
        }
    )
    assert _processes(found) == [
        ("api", "service", "uvicorn", 1),
        ("mailer-worker", "worker", "FastAPI", 0),
        ("store", "database", "PostgreSQL", 0),
    ]


@pytest.mark.parametrize(
    "text", ["services: [1, 2]", "services:\n  a: {", "- x", "", "\x00", "services:\n  1: {build: ., command: 3}"]
)
def test_broken_deployment_files_say_nothing_wrong(surveyed: Survey, text: str) -> None:
    found = surveyed({"app.py": APP, "compose.yaml": text, "Procfile": text})
    assert ("service", "service", "FastAPI", 1) in _processes(found)


def test_an_image_and_entry_points(surveyed: Survey) -> None:
    found = surveyed(
        {
            "app.py": APP,
            "Dockerfile": "FROM python\nCMD exec uvicorn \\\n  app:app --port 80\n",
            "pyproject.toml": '[project]\nname = "x"\n[project.scripts]\ntidy = "app:tidy"\n',
        }
    )
    assert _processes(found) == [("service", "service", "uvicorn", 1), ("tidy", "command", "app:tidy", 0)]


def test_settings_from_the_environment(surveyed: Survey) -> None:
    found = surveyed(
        {
            "settings.py": """
                import os
                from os import environ, getenv

                import environ as django_environ
                from decouple import config
                from pydantic import Field, SecretStr
                from pydantic_settings import BaseSettings, SettingsConfigDict

                env = django_environ.Env(DEBUG=(bool, False))
                HOST = os.environ.get("HOST", "localhost")
                PORT = int(os.getenv("PORT", 80))
                NAME = os.environ["NAME"]
                ALSO = environ.get("ALSO")
                PLAIN = getenv("PLAIN", "x")
                DEBUG = env.bool("DEBUG", default=False)
                MAIL = config("MAIL", default="a@example.org", cast=str)
                SECRET_KEY = os.environ.get("SECRET_KEY", "do-not-show")
                NOT = {}.get("NOT", 1)

                class Settings(BaseSettings):
                    model_config = SettingsConfigDict(env_prefix="shop_")
                    size: int = 10
                    needed: str
                    other: str = Field("b", validation_alias="OTHER_NAME")
                    hidden: SecretStr = SecretStr("do-not-show")
            """,
            "tests/test_it.py": "import os\nX = os.getenv('ONLY_IN_TESTS')\n",
        }
    )
    settings = {each.name: (each.default, each.secret) for each in found.system.facts.environment}
    assert settings == {
        "ALSO": (None, False),
        "DEBUG": ("False", False),
        "HOST": ("localhost", False),
        "MAIL": ("a@example.org", False),
        "NAME": (None, False),
        "OTHER_NAME": ("b", False),
        "PLAIN": ("x", False),
        "PORT": ("80", False),
        "SECRET_KEY": (None, True),
        "SHOP_HIDDEN": (None, True),
        "SHOP_NEEDED": (None, False),
        "SHOP_SIZE": ("10", False),
    }
    place = next(each.place for each in found.system.facts.environment if each.name == "HOST")
    assert place is not None
    assert (place.path, place.line) == ("settings.py", 11)


def test_writes_outside_a_transaction(surveyed: Survey) -> None:
    found = surveyed(
        {
            "shop/__init__.py": "",
            "shop/models.py": """
                from django.db import models

                class Order(models.Model):
                    status = models.TextField()

                class Payment(models.Model):
                    amount = models.IntegerField()
            """,
            "shop/views.py": """
                from django.db import transaction
                from shop.models import Order, Payment

                def apart(request):
                    Order.objects.create(status="open")
                    Payment.objects.create(amount=1)

                @transaction.atomic
                def together(request):
                    Order.objects.create(status="open")
                    Payment.objects.create(amount=1)
            """,
            "shop/urls.py": """
                from django.urls import path
                from shop import views
                urlpatterns = [path("apart/", views.apart), path("together/", views.together)]
            """,
        }
    )
    outside = {str(o): [touch.entity for touch in o.access.writes if touch.outside] for o in found.system.operations}
    assert outside == {"ANY /apart/": ["Order", "Payment"], "ANY /together/": []}
