"""`files/broken-containment`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.effect import Containment
from archwright.model.finding import Confidence, Impact
from archwright.model.value import Clean, OriginKind, Use
from archwright.review.beside import UNSERVED, beside
from archwright.review.rule import Rule, Verdict, example, steps

_FLAWS = {
    "prefix": (
        "The resolved path is compared with letters of the folder, so a folder beside it whose name goes on passes too.",
        "With /srv/data as the folder, ../data-old/secret passes the check.",
        "Put a separator at the end of the folder, or ask for the folder itself: path.resolve().is_relative_to(root).",
        Impact.MEDIUM,
    ),
    "letters": (
        "os.path.commonprefix compares letters, not folders, so a folder beside this one, whose name goes on, passes the check too.",
        "With /srv/data as the folder, ../data-old/secret passes the check.",
        "Compare os.path.commonpath([root, path]) with the root, or ask path.resolve().is_relative_to(root).",
        Impact.MEDIUM,
    ),
    "once": (
        "`../` is taken out once, so `....//` leaves `../`.",
        "Who chooses the path leads it out of its folder.",
        "Take the file's name alone, or resolve the path and refuse it unless it lies in the folder.",
        Impact.HIGH,
    ),
    "early": (
        "The path is compared with the folder that it was just joined to, before `..` in it is resolved: every relative name passes.",
        "Who chooses the path leads it out of its folder.",
        "Resolve the path first: path.resolve().is_relative_to(root).",
        Impact.HIGH,
    ),
}


class BrokenContainment(Rule):
    """A path is checked to lie in a folder, and the check lets paths out.

    Found where the code itself shows it, wherever the path comes from: a resolved path compared by `startswith` with a folder
    that ends without a separator, `os.path.commonprefix`, `../` taken out once, a joined path compared before it is resolved.
    Where data from outside passes a check that keeps nothing, `files/path-traversal` tells of it at the file.

    Why: the check stands where the author meant to stop `../../etc/passwd`, and readers take it for one. `/srv/data-old` begins
    with `/srv/data`; `....//` without `../` is `../`; `/srv/data/../..` begins with `/srv/data/`.

    Instead: resolve the path and ask for the folder itself, `path.resolve().is_relative_to(root)`, or
    `os.path.commonpath([root, os.path.realpath(path)]) == root`.

    Fine when: the path is shown only, or nothing can lie beside the folder.

    Fix safety: no automatic fix. What to answer where the check fails is for the author to say.
    """

    name = "files/broken-containment"
    impact = Impact.HIGH
    cwe = "CWE-22"
    security = True
    gives_way_to = "files/path-traversal"
    bad = (
        example(
            "a folder beside the root begins with its name",
            framework="python",
            code="""
                import os

                def read(root, name):
                    root = os.path.abspath(root)
                    target = os.path.abspath(os.path.join(root, name))
                    if not target.startswith(root):
                        raise ValueError(name)
                    with open(target) as file:
                        return file.read()
            """,
        ),
        example(
            "the same with pathlib",
            framework="python",
            code="""
                from pathlib import Path

                ROOT = Path("/srv/files")

                def find(name):
                    target = (ROOT / name).resolve()
                    if str(target).startswith(str(ROOT)):
                        return target
                    return None
            """,
        ),
        example(
            "common letters",
            framework="python",
            code="""
                import os

                def inside(folder, target):
                    folder, target = os.path.abspath(folder), os.path.abspath(target)
                    prefix = os.path.commonprefix([folder, target])
                    return prefix == folder
            """,
        ),
        example(
            "taken out once",
            framework="python",
            code="""
                def safe(name):
                    return name.replace("../", "")
            """,
        ),
        example(
            "compared with the folder of an instance before it is resolved",
            framework="python",
            code="""
                from pathlib import Path

                class Store:
                    def __init__(self, root):
                        self.root = Path(root)

                    def find(self, name):
                        target = self.root / name
                        if not target.is_relative_to(self.root):
                            raise ValueError(name)
                        return target
            """,
        ),
        example(
            "compared before it is resolved",
            framework="python",
            code="""
                import os

                ROOT = "/srv/files/"

                def find(name):
                    target = os.path.join(ROOT, name)
                    if not target.startswith(ROOT):
                        raise ValueError(name)
                    return target
            """,
        ),
    )
    good = (
        example(
            "a separator, and the folder itself",
            framework="python",
            code="""
                import os
                from pathlib import Path

                ROOT = Path("/srv/files")

                def read(root, name):
                    root = os.path.abspath(root)
                    target = os.path.abspath(os.path.join(root, name))
                    if not target.startswith(root + os.sep):
                        raise ValueError(name)
                    return target

                def find(name):
                    target = (ROOT / name).resolve()
                    return target if target.is_relative_to(ROOT) else None

                def inside(folder, target):
                    folder, target = os.path.abspath(folder), os.path.abspath(target)
                    return os.path.commonpath([folder, target]) == folder
            """,
        ),
        example(
            "taken out until none is left, and texts that are no paths",
            framework="python",
            code="""
                import os

                def safe(name):
                    while "../" in name:
                        name = name.replace("../", "")
                    return name

                def common(names):
                    stem = os.path.commonprefix(names)
                    return stem.rstrip("-")

                def secure(url):
                    return url.startswith("https://")

                def below(root, name):
                    path = os.path.join(root, name)
                    if not path.startswith(root):
                        path = os.path.join(root, path.lstrip("./"))
                    return path
            """,
        ),
    )

    def check(self, effect: Containment) -> Iterator[Verdict]:
        if effect.context.setting in UNSERVED or effect.context.calls:
            return
        if beside(effect.place.path):
            return
        sent = [origin.state(Use.PATH) for origin in effect.path.origins if origin.kind is OriginKind.SOURCE]
        if Clean.DIRTY in sent and effect.flaw != "prefix":
            return
        if sent and all(state is Clean.CLEAN for state in sent):
            return  # what is compared is a name alone
        message, why, fix, impact = _FLAWS[effect.flaw]
        yield Verdict(
            message=message,
            why=why,
            fix=fix,
            impact=impact,
            confidence=Confidence.HIGH if effect.flaw == "early" else Confidence.MEDIUM,
            trace=steps((effect.place, "the check that lets paths out")),
        )
