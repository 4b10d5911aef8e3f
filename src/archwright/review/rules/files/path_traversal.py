"""`files/path-traversal`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from archwright.model.effect import FileAccess, Setting
from archwright.model.finding import Confidence, Impact
from archwright.model.value import MEMBER, Trust, Use
from archwright.model.which import Which
from archwright.review.rule import Reaching, Rule, Verdict, example
from archwright.review.sent import Sent, sent, tainted
from archwright.review.stored import Stored

_DOES = {
    "read": ("reads", "read any file that the service may read", Impact.HIGH),
    "send": ("sends", "download any file that the service may read", Impact.HIGH),
    "serve": ("serves as a folder", "download files of other folders", Impact.HIGH),
    "write": ("writes", "create or overwrite files wherever the service may write", Impact.HIGH),
    "delete": ("deletes", "delete any file that the service may delete", Impact.HIGH),
    "list": ("lists", "list any folder that the service may read", Impact.MEDIUM),
    "look": ("looks at", "find out which files and folders the machine has", Impact.LOW),
}
"""What a call does at the path, and what that gives to who chooses the path."""


_FILES = frozenset({"read", "send", "write", "look"})
"""What is done at files. At the end of a path one segment is at worst `..`, which is a folder."""
_FOLDERS = frozenset({"shutil.rmtree", "os.rmdir", "os.removedirs", "Path.rmdir"})
"""The calls that delete folders; the others delete files alone."""
_BUILT = ("built into a text", "joined to a path")
"""Where a path is made of its folder and of what was sent: there the check is missing."""


class PathTraversal(Rule):
    """Data from outside chooses the path of a file, and nothing keeps the path inside one folder.

    The data is followed through functions and files to the call that opens, writes, deletes, lists or sends. Clean are:
    a file name alone (`os.path.basename`, `Path(...).name`, werkzeug's `secure_filename`), a path that was resolved and then
    compared with its folder, a name in which `..` is refused and that can't begin with a slash, one segment of the address as
    a file's name, a member of a fixed list, numbers and UUIDs. Joining cleans nothing: `os.path.join` and `/` follow `..`, and
    throw the folder away where the name begins with a slash. What can't be followed is not reported. Where the code only asks
    whether a file is there, a row holds the path, or a command reads an archive, it is told with `--all`: most paths in rows the server made itself.

    The names of an archive's members are data of who made it, so a member that is written where its name says, by hand, is
    reported too, unless the archive is one of the program itself.

    Why: `../../etc/passwd` leads out of the folder. The sender reads configuration and keys, or replaces code that runs later.

    Instead: resolve the joined path and refuse it unless it lies in the folder, `path.resolve().is_relative_to(root)`; serve files
    with `send_from_directory`; name stored files yourself.

    Fine when: the sender owns the machine anyhow, as in a tool that is served to its own user only.

    Fix safety: no automatic fix. Which folder is meant, and what to answer, is for the author to say.
    """

    name = "files/path-traversal"
    impact = Impact.HIGH
    cwe = "CWE-22"
    security = True
    which = Which.SENT | Which.STORED
    bad = (
        example(
            "a query parameter joined to a folder",
            framework="flask",
            code="""
                import os
                from flask import Flask, request

                app = Flask(__name__)

                @app.get("/report")
                def report():
                    with open(os.path.join("/srv/reports", request.args["name"])) as file:
                        return file.read()
            """,
        ),
        example(
            "a path parameter that a helper joins and deletes",
            framework="fastapi",
            code="""
                from pathlib import Path
                from fastapi import FastAPI

                app = FastAPI()
                ROOT = Path("/srv/files")

                def remove(name):
                    (ROOT / name).unlink()

                @app.delete("/files/{name:path}")
                def delete(name: str):
                    remove(name)
            """,
        ),
        example(
            "`../` taken out once",
            framework="flask",
            code="""
                from flask import Flask, request

                app = Flask(__name__)

                @app.get("/report")
                def report():
                    name = request.args["name"].replace("../", "")
                    with open("/srv/reports/" + name) as file:
                        return file.read()
            """,
        ),
        example(
            "a folder of which files are sent, by a name in which dots stay",
            framework="flask",
            code="""
                import re
                from flask import Flask, send_from_directory

                app = Flask(__name__)

                @app.get("/static/<string:group>/<string:name>")
                def static_file(group, name):
                    group = re.sub(r"[^\\w.-]+", "", group)
                    return send_from_directory(f"static/{group}", name)
            """,
        ),
        example(
            "`..` is refused, but a name that begins with a slash throws the folder away",
            framework="flask",
            code="""
                import os
                from flask import Flask, abort, request

                app = Flask(__name__)

                @app.get("/report")
                def report():
                    name = request.args["name"]
                    if ".." in name:
                        abort(400)
                    with open(os.path.join("/srv/reports", name)) as file:
                        return file.read()
            """,
        ),
        example(
            "the path is compared with the folder before it is resolved",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("export/", views.export)]
                """,
                "views.py": """
                    import os
                    from django.http import HttpResponse

                    ROOT = "/srv/exports/"

                    def export(request):
                        target = os.path.join(ROOT, request.GET["name"])
                        if not target.startswith(ROOT):
                            return HttpResponse(status=400)
                        return HttpResponse(open(target).read())
                """,
            },
        ),
        example(
            "a member of an archive is written where its name says",
            framework="python",
            code="""
                import os
                import zipfile

                def install(path, folder):
                    with zipfile.ZipFile(path) as archive:
                        for name in archive.namelist():
                            with open(os.path.join(folder, name), "wb") as file:
                                file.write(archive.read(name))
            """,
        ),
    )
    good = (
        example(
            "members under the last part of their names, or inside the folder",
            framework="python",
            code="""
                import os
                import zipfile

                def install(path, folder):
                    root = os.path.realpath(folder)
                    with zipfile.ZipFile(path) as archive:
                        for member in archive.infolist():
                            with open(os.path.join(root, os.path.basename(member.filename)), "wb") as file:
                                file.write(archive.read(member))
                        for name in archive.namelist():
                            target = os.path.realpath(os.path.join(root, name))
                            if os.path.commonpath([root, target]) == root:
                                with open(target, "wb") as file:
                                    file.write(archive.read(name))
            """,
        ),
        example(
            "no separator is left in the name",
            framework="flask",
            code="""
                import re
                from flask import Flask, request, send_from_directory

                app = Flask(__name__)
                UNWANTED = re.compile("[^a-z.-]+")

                @app.get("/table")
                def table():
                    with open("/srv/tables/" + "_".join(request.args["name"].split("/"))) as file:
                        return file.read()

                @app.get("/sheet")
                def sheet():
                    with open("/srv/sheets/" + request.args["name"].split("/")[-1]) as file:
                        return file.read()

                @app.get("/note")
                def note():
                    with open("/srv/notes/" + UNWANTED.sub("_", request.args["name"])) as file:
                        return file.read()

                @app.get("/report")
                def report():
                    name = request.args["name"].replace("/", "_")
                    with open("/srv/reports/" + name) as file:
                        return file.read()

                @app.get("/static/<string:group>/<string:name>")
                def static_file(group, name):
                    return send_from_directory("static/" + re.sub(r"\\W+", "", group), name)
            """,
        ),
        example(
            "the resolved path is compared with the folder",
            framework="fastapi",
            code="""
                from pathlib import Path
                from fastapi import FastAPI, HTTPException

                app = FastAPI()
                ROOT = Path("/srv/files")

                @app.get("/files/{name:path}")
                def read(name: str):
                    path = (ROOT / name).resolve()
                    if not path.is_relative_to(ROOT):
                        raise HTTPException(404)
                    return path.read_text()
            """,
        ),
        example(
            "the name alone, and a name in which `..` is refused",
            framework="flask",
            code="""
                import os
                from flask import Flask, abort, request

                app = Flask(__name__)

                @app.get("/report")
                def report():
                    name = os.path.basename(request.args["name"])
                    with open(os.path.join("/srv/reports", name)) as file:
                        return file.read()

                @app.get("/log")
                def log():
                    name = request.args["name"]
                    if ".." in name:
                        abort(400)
                    with open(f"/srv/logs/{name}") as file:
                        return file.read()
            """,
        ),
        example(
            "neither `..` nor a root, and a segment of the address",
            framework="fastapi",
            code="""
                import os
                from fastapi import FastAPI, HTTPException
                from fastapi.responses import FileResponse

                app = FastAPI()

                def check(name):
                    if ".." in name or os.path.isabs(name):
                        raise HTTPException(400)

                @app.get("/files")
                def read(name: str):
                    check(name)
                    return FileResponse(os.path.join("/srv/files", name))

                @app.get("/logs/{name}")
                def log(name: str):
                    return FileResponse(os.path.join("/srv/logs", name))
            """,
        ),
        example(
            "what the resolved path and the folder have in common is the folder",
            framework="fastapi",
            code="""
                import os
                from pathlib import Path
                from fastapi import FastAPI, HTTPException
                from fastapi.responses import FileResponse

                app = FastAPI()
                ROOT = Path("/srv/files")

                @app.get("/files/{name:path}")
                def read(name: str):
                    target = os.path.realpath(ROOT / name)
                    common = Path(os.path.commonpath([ROOT, target]))
                    if common != ROOT:
                        raise HTTPException(404)
                    return FileResponse(target)
            """,
        ),
        example(
            "a helper that resolves and raises",
            framework="flask",
            code="""
                from pathlib import Path
                from flask import Flask, request

                app = Flask(__name__)
                ROOT = Path("/srv/files")

                def inside(name):
                    path = (ROOT / name).resolve()
                    path.relative_to(ROOT)
                    return path

                @app.delete("/files")
                def delete():
                    inside(request.args["name"]).unlink()
                    return "", 204
            """,
        ),
    )

    def check(self, effect: FileAccess, reaching: Reaching, stored: Stored) -> Iterator[Verdict]:
        does, gains, impact = _DOES.get(effect.kind, ("", "", Impact.LOW))
        if not does or _begun(effect.path.text or ""):
            return
        at_file = effect.kind in _FILES or (effect.kind == "delete" and effect.api not in _FOLDERS)
        behind = (effect.path.text or "{}").rpartition("{}")[2]  # the last part of the path, after what was sent
        # `..` at most, and then something fixed
        step_up = bool(behind) and sent(effect, effect.path, Use.SEGMENT, stored) is None
        use = Use.SEGMENT if at_file and "/" not in behind else Use.PATH
        found = sent(effect, effect.path, use, stored)
        # whether a file is there tells little, rows seldom hold a path that others chose, and who runs a command chooses the archive
        by_command = effect.context.setting is Setting.COMMAND
        weak = step_up or effect.kind == "look" or _kept(found) or (by_command and _assumed(found))
        for verdict in tainted(
            effect,
            effect.path,
            use,
            reaching,
            stored=stored,
            message=f"{{it}} chooses the path that {effect.api} {does}, and nothing keeps it inside a folder.",
            why=f"{{who}} can {gains}{{through}}.",
            fix="Resolve the joined path and refuse it unless it lies in the folder (path.resolve().is_relative_to(root)), or take "
            "the file's name alone.",
            harm=f"{effect.api} {does} the path",
            impact=impact,
            confidence=Confidence.LOW if weak else Confidence.MEDIUM if _assumed(found) else Confidence.HIGH,
        ):
            yield msgspec.structs.replace(verdict, cause=_way(effect, verdict))


def _assumed(found: Sent | None) -> bool:
    """True where the path is a name in an archive of which it isn't known who made it."""
    return found is not None and found.origin.name == MEMBER and found.origin.trust is Trust.UNKNOWN


def _kept(found: Sent | None) -> bool:
    """True for what a row holds: of 26 such findings in public projects the server had made the path itself in 22."""
    return found is not None and found.kept is not None


def _way(effect: FileAccess, verdict: Verdict) -> str:
    """What lacks one check is one finding: all that is done with one path, or, where it is not built, with what was sent at one place.

    Empty: how the data came is not known.
    """
    way = verdict.trace[:-1]
    for step in way:
        if any(note in step.note for note in _BUILT):
            return f"{step.path}:{step.line}"
    return "\n".join([effect.place.path, f"{way[0].path}:{way[0].line} {way[0].note}"]) if way else ""


def _begun(text: str) -> bool:
    """True where each hole but the folder's follows other letters of its name: there is no folder `report-..` to leave by."""
    parts = text.removeprefix("{}").split("{}")
    return len(parts) > 1 and all(part and part[-1] not in "/\\" for part in parts[:-1])
