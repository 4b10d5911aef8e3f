"""`files/upload`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from archwright.model.base import Place
from archwright.model.effect import FileAccess
from archwright.model.finding import Confidence, Impact
from archwright.model.value import Clean, Use, Value
from archwright.model.which import Which
from archwright.review.program import Program
from archwright.review.rule import Reaching, Rule, Verdict, example, replaced, steps
from archwright.review.sent import sent, tainted

_UPLOADED = "uploaded file"


class Upload(Rule):
    """An uploaded file is kept in a folder that is served to all, with the ending that its sender gave it.

    Told where three things show in the code: the path's ending comes from the name that was sent, the folder is one that the
    application serves (`static` of Flask, `StaticFiles(directory=...)`, `add_static`, `send_from_directory`), and no function on the
    way looks at the ending, the content type or the content. Where the name chooses the folder too, `files/path-traversal` tells of it.
    Files that a framework's own storage keeps (Django's `FileField`) are left to the framework's settings.

    Why: servers tell browsers the type of a file by its ending. A file `photo.html` or `photo.svg` is a page of this site: its script
    acts in the name of whoever opens it.

    Instead: let through a fixed list of endings, name the file yourself, and serve what people sent as attachments or from another
    host.

    Fine when: only trusted staff uploads, or a proxy serves the folder with `Content-Disposition: attachment`.

    Fix safety: no automatic fix. Which kinds of files are meant is for the author to say.
    """

    name = "files/upload"
    impact = Impact.HIGH
    cwe = "CWE-434"
    security = True
    which = Which.SENT
    bad = (
        example(
            "a safe name, with any ending, in the folder that Flask serves",
            framework="flask",
            code="""
                import os
                from flask import Flask, request
                from werkzeug.utils import secure_filename

                app = Flask(__name__)

                @app.post("/photo")
                def photo():
                    sent = request.files["photo"]
                    sent.save(os.path.join(app.root_path, "static/photos", secure_filename(sent.filename)))
                    return {"ok": True}
            """,
        ),
        example(
            "a name of the service's own with the sender's ending",
            framework="fastapi",
            code="""
                import uuid
                from pathlib import Path
                from fastapi import FastAPI, UploadFile
                from fastapi.staticfiles import StaticFiles

                app = FastAPI()
                PHOTOS = Path("data/photos")
                app.mount("/photos", StaticFiles(directory=PHOTOS))

                @app.post("/photo")
                async def photo(sent: UploadFile):
                    path = PHOTOS / f"{uuid.uuid4()}{Path(sent.filename).suffix}"
                    path.write_bytes(await sent.read())
                    return {"ok": True}
            """,
        ),
    )
    good = (
        example(
            "only some endings are let through",
            framework="flask",
            code="""
                import os
                from flask import Flask, abort, request
                from werkzeug.utils import secure_filename

                app = Flask(__name__)
                ENDINGS = {"png", "jpg"}

                def allowed(name):
                    return "." in name and name.rsplit(".", 1)[1].lower() in ENDINGS

                @app.post("/photo")
                def photo():
                    sent = request.files["photo"]
                    if not allowed(sent.filename):
                        abort(400)
                    sent.save(os.path.join(app.root_path, "static/photos", secure_filename(sent.filename)))
                    return {"ok": True}
            """,
        ),
        example(
            "the ending is the service's own, or the folder is not served",
            framework="fastapi",
            code="""
                import os
                import uuid
                from pathlib import Path
                from fastapi import FastAPI, UploadFile
                from fastapi.staticfiles import StaticFiles

                app = FastAPI()
                PHOTOS = Path("data/photos")
                app.mount("/photos", StaticFiles(directory=PHOTOS))

                @app.post("/photo")
                async def photo(sent: UploadFile):
                    (PHOTOS / f"{uuid.uuid4()}.png").write_bytes(await sent.read())
                    return {"ok": True}

                @app.post("/letter")
                async def letter(sent: UploadFile):
                    with open(os.path.join("/srv/letters", os.path.basename(sent.filename)), "wb") as file:
                        file.write(await sent.read())
                    return {"ok": True}
            """,
        ),
    )

    def check(self, effect: FileAccess, reaching: Reaching, program: Program) -> Iterator[Verdict]:
        text = effect.path.text or ""
        uploaded = tuple(origin for origin in effect.path.origins if origin.name.startswith(_UPLOADED))
        if effect.kind != "write" or not uploaded or not text.endswith("{}"):
            return
        path = msgspec.structs.replace(effect.path, origins=uploaded)
        found = sent(effect, path, Use.ENDING)
        if found is None or _leads_out(effect.path):
            return
        served = program.served(text)
        if served is None or program.looks_at_files(_way(effect, path)):
            return
        for verdict in tainted(
            effect,
            path,
            Use.ENDING,
            reaching,
            message=f"{{it}} is kept with its sender's ending in a folder that is served ({served.path}:{served.line}).",
            why="{who} can put a page with scripts on this site{through}: they act in the name of whoever opens it.",
            fix="Let a fixed list of endings through, or give the file an ending of your own.",
            harm=f"{effect.api} writes the file below a folder that is served",
            impact=Impact.HIGH,
            confidence=Confidence.MEDIUM,
        ):
            yield replaced(verdict, trace=(*steps((served, "the folder is served to all")), *verdict.trace))


def _leads_out(path: Value) -> bool:
    """True where the path is not held in a folder: told as `files/path-traversal`."""
    return path.state(Use.SEGMENT) is Clean.DIRTY


def _way(effect: FileAccess, path: Value) -> list[Place]:
    """The places that the file passes: of the data, of the calls, of the effect itself."""
    return [
        effect.place,
        *effect.context.calls,
        *(step.place for origin in path.origins for step in origin.steps),
    ]
