"""Data that lay where others can write, unpicklers that let packages through, and pickle as a format."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.model.finding import Confidence
from archwright.review.project import review_project
from archwright.review.rules.injection.deserialization import Deserialization

HEAD = "import pickle, redis, requests\n\nstore = redis.Redis()\n\n"
LOADED = {
    "a cache": ("def f(key):\n    return pickle.loads(store.get(key))", Confidence.LOW),
    "an answer": ("def f(url):\n    return pickle.loads(requests.get(url).content)", Confidence.MEDIUM),
    "a client of an instance": (
        (
            "class Cache:\n    def __init__(self):\n        self.client = redis.Redis()\n"
            "    def get(self, key):\n        return pickle.loads(self.client.get(key))"
        ),
        Confidence.LOW,
    ),
    "a column": (
        "class PickleField:\n    def from_db_value(self, value):\n        return pickle.loads(value)",
        Confidence.LOW,
    ),
    "a file that is handed on": (
        "class CookieJar:\n    def load(self, path):\n        with open(path, 'rb') as file:\n            return pickle.load(file)",
        Confidence.LOW,
    ),
    "any file": ("def f(path):\n    with open(path, 'rb') as file:\n        return pickle.load(file)", Confidence.LOW),
    "any bytes": ("def f(data):\n    return pickle.loads(data)", Confidence.LOW),
}


def _found(directory: Path, text: str, name: str = "app.py") -> list[Confidence]:
    (directory / name).parent.mkdir(parents=True, exist_ok=True)
    (directory / name).write_text(text, encoding="utf-8")
    findings = review_project(["."], (Deserialization(),), everything=True, root=directory, workers=1).document.findings
    return [finding.confidence for finding in findings]


@pytest.mark.parametrize(("body", "confidence"), LOADED.values(), ids=LOADED.keys())
def test_what_others_can_write(body: str, confidence: Confidence, tmp_path: Path) -> None:
    assert _found(tmp_path, f"{HEAD}{body}\n") == [confidence]


@pytest.mark.parametrize(
    "body",
    [
        "def f():\n    with open('/usr/share/app/model.pickle', 'rb') as file:\n        return pickle.load(file)",
        "def f(data):\n    return pickle.loads(data)\n\ndef g():\n    return f(b'..')",
        "def f():\n    return pickle.loads(pickle.dumps(1))",
    ],
)
def test_the_programs_own(body: str, tmp_path: Path) -> None:
    assert not _found(tmp_path, f"{HEAD}{body}\n")


def test_beside_the_service(tmp_path: Path) -> None:
    assert not _found(tmp_path, f"{HEAD}{LOADED['a cache'][0]}\n", "scripts/warm.py")


FIND_CLASS = "import pickle\n\nMODULES = {{'builtins', 'collections'}}\n\nclass Own(pickle.Unpickler):\n    def find_class(self, module, name):\n{}"
FOUND = "            return super().find_class(module, name)\n        raise pickle.UnpicklingError(name)\n"


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("module.startswith('numpy')", True),
        ("any(module.startswith(each) for each in ('a', 'b'))", True),
        ("module.split('.')[0] in ('numpy', 'torch')", True),
        ("(module, name) in KNOWN or module.startswith('numpy.')", True),
        ("module in MODULES", True),
        ("module == 'builtins'", True),
        ("module == 'builtins' and name in ('set', 'dict')", False),
        ("module.startswith('numpy') and name in KNOWN", False),
        ("(module, name) in KNOWN", False),
        ("f'{module}.{name}' in KNOWN", False),
        ("module in ('collections',)", False),
    ],
)
def test_what_an_unpickler_lets_through(condition: str, found: bool, tmp_path: Path) -> None:
    assert bool(_found(tmp_path, FIND_CLASS.format(f"        if {condition}:\n{FOUND}"))) is found


def test_an_unpickler_that_refuses_first(tmp_path: Path) -> None:
    body = (
        "        if not module.startswith('numpy'):\n            raise pickle.UnpicklingError(name)\n"
        "        return super().find_class(module, name)\n"
    )
    assert _found(tmp_path, FIND_CLASS.format(body)) == [Confidence.MEDIUM]


def test_an_unpickler_that_only_renames(tmp_path: Path) -> None:
    body = "        if module == 'old':\n            module = 'new'\n        return super().find_class(module, name)\n"
    assert not _found(tmp_path, FIND_CLASS.format(body))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CELERY_ACCEPT_CONTENT = ['json', 'pickle']", True),
        ("accept_content = ('application/x-python-serialize',)", True),
        ("SESSION_SERIALIZER = 'django.contrib.sessions.serializers.PickleSerializer'", True),
        ("CELERY_ACCEPT_CONTENT = ['json']", False),
        ("SESSION_SERIALIZER = 'django.contrib.sessions.serializers.JSONSerializer'", False),
    ],
)
def test_pickle_as_a_format(text: str, found: bool, tmp_path: Path) -> None:
    assert bool(_found(tmp_path, f"{text}\n", "shop/settings.py")) is found


@pytest.mark.parametrize(("needs", "found"), [("torch==2.5.1", True), ("torch>=2.6", False), ("torch", False)])
def test_torch_before_weights_alone(needs: str, found: bool, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(f"{needs}\n", encoding="utf-8")
    text = "import torch\n\ndef load_checkpoint(path):\n    return torch.load(path)\n"
    assert bool(_found(tmp_path, text)) is found


def test_a_file_named_like_a_library_of_python_hides_it_from_nobody(tmp_path: Path) -> None:
    (tmp_path / "shop" / "common").mkdir(parents=True)
    (tmp_path / "shop" / "common" / "base64.py").write_text("def encoded(text):\n    return text\n", encoding="utf-8")
    text = "import base64, pickle\n\ndef read_message(message):\n    return pickle.loads(base64.b64decode(message))\n"
    assert _found(tmp_path, text, "shop/reader.py") == [Confidence.LOW]
