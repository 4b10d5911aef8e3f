"""`files/archive`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.effect import Unpack
from archwright.model.finding import Confidence, Impact
from archwright.model.value import Use
from archwright.review.beside import UNSERVED, beside
from archwright.review.rule import Reaching, Rule, Verdict, example, steps
from archwright.review.sent import sent, tainted

_FIX = 'Extract with filter="data", which refuses absolute names, `..` and links that lead out of the folder.'
_LINKS = (
    "{api} writes through links among the archive's members: their names are checked, and where the links lead is not."
)
_MESSAGE = "{api} writes the members of the archive wherever their names and links lead."


class Archive(Rule):
    """A tar archive is extracted, and nothing keeps its members inside the folder.

    Meant are `TarFile.extractall`, `TarFile.extract` and `shutil.unpack_archive` of a tar file without `filter=`, in projects that run with
    Python before 3.14, where nothing in the function looks at the members before, or only at their names: a link among them may
    lead out of the folder, and the next member is written through it. Archives of the program itself and of its operators
    are clean (of low confidence where they lie in a folder that the code names), and so is `zipfile`, which keeps what it extracts inside the folder; members whose names are joined to a folder by
    hand are `files/path-traversal`'s.

    Why: members may be called `../../etc/cron.d/job` or `/srv/app/settings.py`, and a link among them may lead anywhere, so that the next
    member is written through it. Who made the archive overwrites what the service may write: soon code that runs.

    Instead: `tar.extractall(folder, filter="data")`; for `shutil.unpack_archive` the same argument. It is in Python 3.12, and in the
    last releases of 3.8 to 3.11.

    Fine when: only this service makes the archives, and nobody else can reach where they lie.

    Fix safety: no automatic fix. Archives with links out of the folder, or with devices, would no longer be extracted.
    """

    name = "files/archive"
    impact = Impact.HIGH
    cwe = "CWE-22"
    security = True
    bad = (
        example(
            "an uploaded archive",
            framework="flask",
            code="""
                import tarfile
                from flask import Flask, request

                app = Flask(__name__)

                @app.post("/themes")
                def upload():
                    with tarfile.open(fileobj=request.files["theme"].stream) as tar:
                        tar.extractall("/srv/themes")
                    return "", 204
            """,
        ),
        example(
            "a function of a library, whoever calls it",
            framework="python",
            code="""
                import shutil
                import tarfile

                def install(path, folder):
                    with tarfile.open(path, "r:gz") as archive:
                        for member in archive.getmembers():
                            archive.extract(member, folder)

                def unpack(name, folder):
                    shutil.unpack_archive(f"{name}.tar.gz", folder)
            """,
        ),
        example(
            "names are checked, links are not",
            framework="python",
            code="""
                import os
                import tarfile

                def install(path, folder):
                    root = os.path.realpath(folder)
                    with tarfile.open(path) as archive:
                        for member in archive.getmembers():
                            target = os.path.realpath(os.path.join(root, member.name))
                            if os.path.commonpath([root, target]) != root:
                                raise ValueError(member.name)
                        archive.extractall(folder)

                def unpack(tar: tarfile.TarFile, folder):
                    for member in tar.getmembers():
                        target = os.path.abspath(os.path.join(folder, member.name))
                        if not target.startswith(folder + os.sep):
                            continue
                        if member.issym():
                            try:
                                tar._extract_member(member, target)
                            except OSError:
                                continue
            """,
        ),
    )
    good = (
        example(
            "links are refused, or each member's path is resolved when those before are there",
            framework="python",
            code="""
                import os
                import tarfile

                def install(path, folder):
                    with tarfile.open(path) as archive:
                        for member in archive.getmembers():
                            if member.name.startswith("/") or ".." in member.name:
                                raise ValueError(member.name)
                            if member.issym() or member.islnk():
                                raise ValueError(member.name)
                        archive.extractall(folder)

                def unpack(path, folder):
                    root = os.path.realpath(folder)
                    with tarfile.open(path) as archive:
                        for member in archive.getmembers():
                            target = os.path.realpath(os.path.join(root, member.name))
                            if os.path.commonpath([root, target]) != root:
                                raise ValueError(member.name)
                            archive.extract(member, folder)
            """,
        ),
        example(
            "the standard library's filter",
            framework="flask",
            code="""
                import tarfile
                from flask import Flask, request

                app = Flask(__name__)

                @app.post("/themes")
                def upload():
                    with tarfile.open(fileobj=request.files["theme"].stream) as tar:
                        tar.extractall("/srv/themes", filter="data")
                    return "", 204
            """,
        ),
        example(
            "members that are looked at, zip files, and an archive that the program brings along",
            framework="python",
            code="""
                import os
                import shutil
                import tarfile
                import zipfile

                def install(path, folder):
                    root = os.path.realpath(folder)
                    with tarfile.open(path) as archive:
                        for member in archive.getmembers():
                            target = os.path.realpath(os.path.join(root, member.name))
                            if not member.isfile() or os.path.commonpath([root, target]) != root:
                                raise ValueError(member.name)
                        archive.extractall(folder)

                def unzip(path, folder):
                    with zipfile.ZipFile(path) as archive:
                        archive.extractall(folder)

                def defaults(folder):
                    with tarfile.open("/usr/share/shop/defaults.tar") as archive:
                        archive.extractall(folder)
                    shutil.unpack_archive("/usr/share/shop/themes.tar", folder)
            """,
        ),
    )

    def check(self, effect: Unpack, reaching: Reaching) -> Iterator[Verdict]:
        path, message = effect.place.path, (_LINKS if effect.links else _MESSAGE).replace("{api}", effect.api)
        if sent(effect, effect.archive, Use.DESERIALISE) is not None:
            yield from tainted(
                effect,
                effect.archive,
                Use.DESERIALISE,
                reaching,
                message=message,
                why="{who} can send an archive that overwrites files wherever the service may write{through}.",
                fix=_FIX,
                harm=f"{effect.api} writes the members",
                impact=Impact.HIGH,
            )
        elif not effect.context.calls and effect.context.setting not in UNSERVED and not beside(path):
            yield Verdict(
                message=message,
                why="Who made the archive overwrites files wherever the service may write.",
                fix=_FIX,
                impact=Impact.HIGH,
                confidence=Confidence.LOW if (effect.archive.text or "{}")[:2] != "{}" else Confidence.MEDIUM,
                trace=steps((effect.place, f"{effect.api} writes the members")),
            )
