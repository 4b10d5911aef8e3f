"""`files/upload`: the sender's ending, a folder that is served, and nothing that looks at the kind of the file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]

FLASK = """
import imghdr
import os
import uuid
from flask import Flask, abort, request
from flask_login import login_required
from PIL import Image
from werkzeug.utils import secure_filename

app = Flask(__name__)
ENDINGS = {"png": ".png"}

def keep(sent, name):
    sent.save(os.path.join("static/photos", name))

@app.post("/photo")
def photo():
    sent = request.files["photo"]
    name = secure_filename(sent.filename)
    CODE
    return "ok"
"""
PLAIN = 'sent.save("static/photos/" + name)'


@pytest.mark.parametrize(
    "code",
    [
        PLAIN,
        "keep(sent, name)",
        'sent.save(app.root_path + "/static/" + uuid.uuid4().hex + os.path.splitext(sent.filename)[1])',
        'sent.save("static/" + uuid.uuid4().hex + "." + sent.filename.rsplit(".", 1)[1])',
        'if sent.filename == "": abort(400)\n    ' + PLAIN,
        'if "photo" not in request.files: abort(400)\n    ' + PLAIN,
        "if sent: " + PLAIN,
    ],
)
def test_any_ending_is_kept(told: Told, code: str) -> None:
    assert len(told({"app.py": FLASK.replace("CODE", code)}, "files/upload")) == 1


@pytest.mark.parametrize(
    "code",
    [
        'if name.rsplit(".", 1)[1] not in ENDINGS: abort(400)\n    ' + PLAIN,
        'if not name.endswith(".png"): abort(400)\n    ' + PLAIN,
        'if sent.content_type != "image/png": abort(400)\n    ' + PLAIN,
        "Image.open(sent).verify()\n    " + PLAIN,
        "if imghdr.what(sent) is None: abort(400)\n    " + PLAIN,
        'sent.save("static/" + uuid.uuid4().hex + ENDINGS[sent.filename[-3:]])',
        'sent.save("static/" + uuid.uuid4().hex + ".png")',
        'sent.save("/srv/photos/" + name)',
        'sent.save("static/" + request.args["name"])',
        'open("static/" + name).read()',
    ],
)
def test_silent(told: Told, code: str) -> None:
    assert told({"app.py": FLASK.replace("CODE", code)}, "files/upload") == []


def test_a_path_that_leads_out_is_told_once(told: Told) -> None:
    code = FLASK.replace("CODE", 'sent.save("static/" + sent.filename)')
    assert told({"app.py": code}, "files/upload", "files/path-traversal") == ["files/path-traversal 20 high"]


SERVED = """
import os
{imports}
FOLDER = "data/photos"
{code}
"""


@pytest.mark.parametrize(
    ("imports", "code"),
    [
        (
            "from fastapi import FastAPI, UploadFile\nfrom starlette.staticfiles import StaticFiles\n",
            (
                "app = FastAPI()\napp.mount('/photos', StaticFiles(directory=FOLDER))\n\n@app.post('/photo')\n"
                "def photo(sent: UploadFile):\n    open(os.path.join(FOLDER, os.path.basename(sent.filename)), 'wb')\n"
            ),
        ),
        (
            "from aiohttp import web\n",
            (
                "async def photo(request):\n    sent = await (await request.multipart()).next()\n"
                "    open(os.path.join(FOLDER, os.path.basename(sent.filename)), 'wb')\n\napp = web.Application()\n"
                "app.router.add_static('/photos', FOLDER)\napp.router.add_post('/photo', photo)\n"
            ),
        ),
        (
            "from flask import Flask, request, send_from_directory\nfrom werkzeug.utils import secure_filename\n",
            (
                "app = Flask(__name__)\n\n@app.get('/photos/<name>')\ndef show(name):\n    return send_from_directory(FOLDER, name)\n\n"
                "@app.post('/photo')\ndef photo():\n    sent = request.files['photo']\n"
                "    sent.save(os.path.join(FOLDER, secure_filename(sent.filename)))\n    return ''\n"
            ),
        ),
    ],
)
def test_folders_that_are_served(told: Told, imports: str, code: str) -> None:
    found = told({"app.py": SERVED.format(imports=imports, code=code)}, "files/upload")
    assert [each.split()[0] for each in found] == ["files/upload"]
    elsewhere = SERVED.format(imports=imports, code=code).replace("join(FOLDER", "join('data/letters'")
    assert told({"app.py": elsewhere}, "files/upload") == []
