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


CONNECTIONS = "import asyncio, pickle, socket, socketserver, struct, zmq\n\n"
FAR = {
    "a socket": "def f(port):\n    s = socket.socket()\n    s.bind(('0.0.0.0', port))\n    peer, _ = s.accept()\n    return pickle.loads(peer.recv(99))",
    "some socket": "def f(sock):\n    return pickle.loads(sock.recv(4096))",
    "a part of a frame": "def f(sock):\n    data = b''\n    while len(data) < 9:\n        data += sock.recv(9)\n    return pickle.loads(data[4:])",
    "a reader": "async def f(reader, writer):\n    return pickle.loads(await reader.readexactly(99))",
    "a stream": "async def f(host):\n    reader, _ = await asyncio.open_connection(host, 1)\n    return pickle.loads(await reader.read())",
    "a handler": "class H(socketserver.BaseRequestHandler):\n    def handle(self):\n        pickle.loads(self.request.recv(99))",
    "a file of one": "class H(socketserver.StreamRequestHandler):\n    def handle(self):\n        pickle.load(self.rfile)",
    "ZeroMQ": "def f(port):\n    s = zmq.Context().socket(zmq.PULL)\n    s.bind(f'tcp://*:{port}')\n    return pickle.loads(s.recv())",
    "objects of ZeroMQ": "def f(host):\n    s = zmq.Context.instance().socket(zmq.SUB)\n    s.connect(f'tcp://{host}:1')\n    return s.recv_pyobj()",
}
NEAR = {
    "a socket of Unix": "def f():\n    s = socket.socket(socket.AF_UNIX)\n    s.connect('/run/x')\n    return pickle.loads(s.recv(99))",
    "loopback": "def f():\n    s = socket.create_connection(('127.0.0.1', 1))\n    return pickle.loads(s.recv(99))",
    "a pipe": "def f(pipe):\n    return pickle.loads(pipe.recv())",
    "ZeroMQ between processes": "def f():\n    s = zmq.Context().socket(zmq.PULL)\n    s.bind('ipc:///run/x')\n    return s.recv_pyobj()",
    "ZeroMQ, who knows where": "def f(at):\n    s = zmq.Context().socket(zmq.PULL)\n    s.connect(at)\n    return pickle.loads(s.recv())",
    "plain data": "def f(sock):\n    return struct.unpack('!I', sock.recv(4))",
}


@pytest.mark.parametrize("body", FAR.values(), ids=FAR.keys())
def test_what_comes_over_a_connection(body: str, tmp_path: Path) -> None:
    assert _found(tmp_path, f"{CONNECTIONS}{body}\n") == [Confidence.MEDIUM]


@pytest.mark.parametrize("body", NEAR.values(), ids=NEAR.keys())
def test_what_stays_on_the_machine(body: str, tmp_path: Path) -> None:
    assert Confidence.MEDIUM not in _found(tmp_path, f"{CONNECTIONS}{body}\n")


UPLOAD = """import joblib, os, pickle, shutil, tempfile
from fastapi import FastAPI, UploadFile

app = FastAPI()

@app.post("/")
async def load(file: UploadFile):
    path = os.path.join(tempfile.mkdtemp(), "model.pkl")
{}
"""
WRITTEN = {
    "its bytes": "    with open(path, 'wb') as out:\n        out.write(await file.read())\n    return joblib.load(path)",
    "copied": "    with open(path, 'wb') as out:\n        shutil.copyfileobj(file.file, out)\n"
    "    with open(path, 'rb') as kept:\n        return pickle.load(kept)",
}


@pytest.mark.parametrize("body", WRITTEN.values(), ids=WRITTEN.keys())
def test_an_upload_that_is_written_to_a_file_first(body: str, tmp_path: Path) -> None:
    assert len(_found(tmp_path, UPLOAD.format(body))) == 1


def test_another_file_than_the_upload(tmp_path: Path) -> None:
    body = WRITTEN["its bytes"].replace("joblib.load(path)", "joblib.load('/usr/share/app/model.pkl')")
    assert not _found(tmp_path, UPLOAD.format(body))


@pytest.mark.parametrize(
    "letters",
    ["bytes.fromhex({})", "base64.b85decode({})", "binascii.unhexlify({})", "codecs.decode({}.encode(), 'base64')"],
)
def test_data_in_other_letters(letters: str, tmp_path: Path) -> None:
    head = "import base64, binascii, codecs, pickle\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n"
    body = f"    return pickle.loads({letters.format('request.json')})\n"
    assert _found(tmp_path, f'{head}@app.post("/")\ndef load():\n{body}') == [Confidence.HIGH]


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


@pytest.mark.parametrize(
    ("engine", "sure"),
    [
        ("SESSION_ENGINE = 'django.contrib.sessions.backends.cached_db'", False),
        ("SESSION_ENGINE: str = 'django.contrib.sessions.backends.db'  # rows", False),
        ("", False),
        ("SESSION_ENGINE = 'django.contrib.sessions.backends.signed_cookies'", True),
        ("SESSION_ENGINE = os.environ['ENGINE']", True),
    ],
)
@pytest.mark.parametrize("module", ["", "SESSION_ENGINE = 'django.contrib.sessions.backends.signed_cookies'\n"])
def test_sessions_that_the_server_keeps(engine: str, sure: bool, module: str, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "common.py").write_text(module, encoding="utf-8")
    text = f"import os\nSESSION_SERIALIZER = 'shop.sessions.PickleSerializer'\n{engine}\n"
    unsaid = bool(module) and not engine
    found = _found(tmp_path, text, "shop/settings.py")
    assert found == [Confidence.MEDIUM if sure or unsaid else Confidence.LOW]
