"""Secrets in the code, and texts that are none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
RULE = "secrets/hard-coded"
KEY = "k3Yw8pQ2zL5vN7xT1mR4"
USES = {
    "shop/__init__.py": "",
    "shop/tokens.py": """
        import jwt
        from django.conf import settings

        def token(user):
            return jwt.encode({"user": user}, settings.SIGNING_SECRET, algorithm="HS256")
    """,
    "config/__init__.py": "",
    "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_dev")\n',
}
FROM_OUTSIDE = 'import os\nSIGNING_SECRET = os.environ.get("SIGNING_SECRET")\n'


def sure(found: list[Finding]) -> set[str]:
    return {each.path for each in found if each.confidence is not Confidence.LOW}


def test_a_setting_that_production_takes_from_outside(findings: Find) -> None:
    dev = f'from config.settings import *\nSIGNING_SECRET = "{KEY}"\n'
    files = {**USES, "config/settings.py": FROM_OUTSIDE, "config/settings_dev.py": dev}
    assert sure(findings(RULE, files)) == set()


@pytest.mark.parametrize("base", ["", f'SIGNING_SECRET = "{KEY}x"\n'])
def test_a_setting_that_nothing_takes_from_outside(base: str, findings: Find) -> None:
    dev = f'from config.settings import *\nSIGNING_SECRET = "{KEY}"\n'
    files = {**USES, "config/settings.py": base, "config/settings_dev.py": dev}
    assert "shop/tokens.py" in sure(findings(RULE, files))


@pytest.mark.parametrize(("name", "told"), [("development_defaults", False), ("production_defaults", True)])
def test_a_setting_that_only_a_module_beside_the_one_that_starts_fixes(name: str, told: bool, findings: Find) -> None:
    started = "import loader\n\nloader.from_environment(__name__)\n"
    manage = USES["manage.py"].replace("settings_dev", "settings.default")
    settings = {"config/settings/__init__.py": "", "config/settings/default.py": started}
    files = {**USES, "manage.py": manage, **settings, f"config/settings/{name}.py": f'SIGNING_SECRET = "{KEY}"\n'}
    assert ("shop/tokens.py" in sure(findings(RULE, files))) is told


def test_classes_and_conditions_of_developers(findings: Find) -> None:
    text = f"""
import os

class Config:
    SECRET_KEY = os.environ["SECRET_KEY"]

class DevelopmentConfig(Config):
    SECRET_KEY = "{KEY}"

if os.environ.get("TESTING"):
    JWT_SECRET = "{KEY}"
"""
    assert sure(findings(RULE, text)) == set()
    assert sure(findings(RULE, text.replace("DevelopmentConfig", "ShopConfig"))) == {"app.py"}


@pytest.mark.parametrize(
    ("comment", "count"), [("An example out of the documentation.", 0), ("What the bot is let in by.", 1)]
)
def test_a_comment_calls_it_an_example(comment: str, count: int, findings: Find) -> None:
    token = "xoxb-" + "17653672481-19874698323-pdFZKVeTuE8sk7oOcBrzbqgy"
    text = f"""
# {comment}
ANSWER = {{
    "ok": True,
    "access_token": "{token}",
}}
"""
    assert len(sure(findings(RULE, text))) == count


def test_patterns_of_texts_and_settings_of_a_debugger(findings: Find) -> None:
    text = 'CHECK_PASSWORD = r"^[a-zA-Z0-9]{12,}$"\n'
    assert findings(RULE, {"shop/consts.py": text}) == []
    assert sure(findings(RULE, {"shop/settings/debug_toolbar.py": f'SECRET_KEY = "{KEY}"\n'})) == set()


@pytest.mark.parametrize(
    ("kept", "count"),
    [("hasher.hexdigest()[:5]", 0), ("hasher.hexdigest()", 1), ("sign(token, app_secret)[:5]", 1)],
)
def test_a_salt_of_a_label(kept: str, count: int, findings: Find) -> None:
    text = f"""
import hashlib
from shop import sign

def loggable(token):
    app_secret = b"{KEY}"
    hasher = hashlib.sha256()
    hasher.update(app_secret)
    hasher.update(token)
    return {kept}
"""
    assert len(sure(findings(RULE, text))) == count


TAKES = "from .base import *\n"
ASKS = 'import os\n\nSECRET_KEY = os.environ["SECRET_KEY"]\n'


@pytest.mark.parametrize(
    ("production", "told"),
    [
        (TAKES + ASKS, False),
        (
            TAKES
            + "try:\n    with open('/etc/key') as file:\n        SECRET_KEY = file.read()\nexcept OSError:\n    SECRET_KEY = made()\n",
            False,
        ),
        (
            TAKES
            + "try:\n    with open('/etc/key') as file:\n        SECRET_KEY = file.read()\nexcept OSError:\n    pass\n",
            True,
        ),
        (TAKES + "import os\nif 'KEY' in os.environ:\n    SECRET_KEY = os.environ['KEY']\n", True),
        (
            TAKES
            + "import os\nif 'KEY' in os.environ:\n    SECRET_KEY = os.environ['KEY']\nelse:\n    raise ValueError\n",
            False,
        ),
        (TAKES + "import os\nSECRET_KEY = os.environ.get('KEY', SECRET_KEY)\n", True),
        ("from .common import *\n" + ASKS, False),
        (ASKS + TAKES, True),
        (TAKES, True),
        ("from . import base\n" + ASKS, True),
    ],
)
def test_a_key_that_settings_for_production_replace(production: str, told: bool, findings: Find) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/settings/__init__.py": "",
        "shop/settings/base.py": f'SECRET_KEY = "{KEY}"\n',
        "shop/settings/common.py": "from shop.settings.base import *\n",
        "shop/settings/production.py": production,
    }
    assert ("shop/settings/base.py" in sure(findings(RULE, files))) is told
    beside = {**files, "shop/settings/dev.py": production, "shop/settings/production.py": TAKES}
    assert "shop/settings/base.py" in sure(findings(RULE, beside))
    starts = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.base")\n'
    assert "shop/settings/base.py" in sure(findings(RULE, {**files, "shop/wsgi.py": starts}))


@pytest.mark.parametrize(
    ("says", "sure_of_it"),
    [
        ("Loads test data into the database.", False),
        ("Fills a new installation with demo accounts.", False),
        ("Creates sample data: orders, people.", False),
        ("Loads what the shop sells into the database.", True),
        ("Tests whether the data is there.", True),
    ],
)
def test_modules_that_make_data_up(says: str, sure_of_it: bool, findings: Find) -> None:
    text = f'#!/usr/bin/env python\n"""\n{says}\n"""\nfrom shop.site import app\n\n\ndef fill():\n'
    text += f'    app.secret_key = "{KEY}"\n'
    assert bool(sure(findings(RULE, {"shop/fill.py": text}))) is sure_of_it
