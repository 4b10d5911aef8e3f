"""`limits/redos`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.effect import Interpret, Language, Match
from archwright.model.finding import Confidence, Impact
from archwright.model.value import Use
from archwright.model.which import Which
from archwright.review.rule import Reaching, Rule, Verdict, example
from archwright.review.sent import sent, tainted

_LONG = ("request body", "form field", "uploaded file", "message", "text in Markdown")
"""What may be as long as the server takes; an address and a header are held to some thousands of letters."""
_SHOWN = 60
"""Letters of a pattern that a message shows."""


class Redos(Rule):
    r"""A regular expression takes time exponential in the length of what somebody outside sends.

    Either a constant pattern has a loop that some text goes through on two ways (`(\w+\s?)*$`, `(a|aa)+b`), which is
    proved on its automaton, and outside data is matched against it; or the pattern itself is made of outside data. Python's
    `re` tries all ways before it says no: thirty letters can take minutes. Patterns whose time is quadratic (`\s+$` in a search,
    `<!--.*?-->`) are reported, with a text that shows it, where the data may be long: bodies, forms, files, messages; with `--all` for
    what is held to some thousands of letters. Loops behind, or around, what the proof can't read (references to groups, looking ahead)
    are not.

    Why: matching holds the interpreter's lock and can't be interrupted. One small request stops a worker, a few stop the
    service.

    Instead: write the loop so that each text has one way through it (`\w+(?:\s\w+)*`), use possessive repeats or atomic groups
    (Python 3.11), or an engine that takes linear time (RE2). Put `re.escape` around data that is a part of a pattern.

    Fine when: the length of the text is limited to a few letters before it is matched.

    Fix safety: no automatic fix. Another pattern may match other texts.
    """

    name = "limits/redos"
    impact = Impact.HIGH
    cwe = "CWE-1333"
    security = True
    which = Which.SENT
    bad = (
        example(
            "each blank between two words is optional",
            framework="flask",
            code="""
                import re
                from flask import Flask, abort, request

                app = Flask(__name__)
                TITLE = re.compile(r"^(\\w+\\s?)*$")

                @app.post("/title")
                def title():
                    if not TITLE.match(request.form["title"]):
                        abort(400)
                    return "ok"
            """,
        ),
        example(
            "the pattern is a query parameter",
            framework="fastapi",
            code="""
                import re
                from fastapi import FastAPI

                app = FastAPI()
                NAMES = ["first", "second"]

                @app.get("/names")
                def names(like: str):
                    return [name for name in NAMES if re.search(like, name)]
            """,
        ),
        example(
            "the same, compiled",
            framework="flask",
            code="""
                import re
                from flask import Flask, request

                app = Flask(__name__)
                NAMES = ["first", "second"]

                @app.get("/names")
                def names():
                    pattern = re.compile(request.args["like"])
                    return [name for name in NAMES if pattern.search(name)]
            """,
        ),
        example(
            "a backslash is an escape, and a letter as others",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("quoted/", views.quoted)]
                """,
                "texts.py": """
                    import re

                    def strings(text):
                        return re.findall(r'"(?:\\\\.|[^"])*"', text)
                """,
                "views.py": """
                    from django.http import JsonResponse
                    from texts import strings

                    def quoted(request):
                        return JsonResponse({"strings": strings(request.POST["text"])})
                """,
            },
        ),
        example(
            "flags are set together, and a reference to a group follows the loop",
            framework="flask",
            code="""
                import re
                from flask import Flask, request

                app = Flask(__name__)
                QUOTED = re.compile(r"(?P<quote>['`]) (\\w+ \\s?)* (?P=quote)", re.VERBOSE | re.IGNORECASE)

                @app.post("/quoted")
                def quoted():
                    return {"quoted": QUOTED.search(request.form["text"]) is not None}
            """,
        ),
        example(
            "a search that begins anew at each blank",
            framework="flask",
            code="""
                import re
                from flask import Flask, request

                app = Flask(__name__)

                @app.post("/notes")
                def note():
                    return {"note": re.sub(r"\\s+$", "", request.form["note"])}
            """,
        ),
    )
    good = (
        example(
            "the same for a text that is not long",
            framework="flask",
            code="""
                import re
                from flask import Flask, abort, request

                app = Flask(__name__)

                @app.post("/notes")
                def note():
                    note = request.form["note"]
                    if len(note) > 2000:
                        abort(413)
                    return {"note": re.sub(r"\\s+$", "", note)}
            """,
        ),
        example(
            "one way through each loop",
            framework="flask",
            code="""
                import re
                from flask import Flask, abort, request

                app = Flask(__name__)
                TITLE = re.compile(r"^\\w+(?:\\s\\w+)*$")
                ADDRESS = re.compile(r"^(\\d{1,3}\\.){3}\\d{1,3}$")

                @app.post("/title")
                def title():
                    if not TITLE.match(request.form["title"]) or not ADDRESS.match(request.form["address"]):
                        abort(400)
                    return "ok"
            """,
        ),
        example(
            "data in a pattern is escaped",
            framework="fastapi",
            code="""
                import re
                from fastapi import FastAPI

                app = FastAPI()
                NAMES = ["first", "second"]

                @app.get("/names")
                def names(like: str):
                    return [name for name in NAMES if re.search(rf"\\b{re.escape(like)}", name)]
            """,
        ),
        example(
            "a pattern that is only looked at, to be matched elsewhere",
            framework="flask",
            code="""
                import re
                from flask import Flask, abort, request

                app = Flask(__name__)

                @app.post("/filters")
                def filters():
                    try:
                        re.compile(request.form["pattern"])
                    except re.error:
                        abort(400)
                    return "ok"
            """,
        ),
        example(
            "nothing behind the loop can fail",
            framework="flask",
            code="""
                import re
                from flask import Flask, request

                app = Flask(__name__)

                @app.get("/start")
                def start():
                    found = re.match(r"(?:\\w+)+", request.args["text"])
                    return found.group() if found else ""
            """,
        ),
    )

    def check(self, effect: Match | Interpret, reaching: Reaching) -> Iterator[Verdict]:
        if isinstance(effect, Match) and effect.degree == "quadratic":
            yield from self._quadratic(effect, reaching)
        elif isinstance(effect, Match):
            pattern = _shown(effect.pattern)
            yield from tainted(
                effect,
                effect.text,
                Use.REGEX,
                reaching,
                message=f"{{it}} is matched against {pattern}, which takes time exponential in the length of some texts.",
                why="{who} can stop a worker with a few dozen letters{through}: a loop of the pattern has two ways through the "
                "same text, and all of them are tried.",
                fix="Write the loop so that each text has one way through it, or limit the text's length before.",
                harm=f"{effect.api} matches the text",
                impact=Impact.HIGH,
                staff=Confidence.LOW,
            )
        elif effect.language is Language.REGEX:
            yield from tainted(
                effect,
                effect.text,
                Use.REGEX,
                reaching,
                message=f"{{it}} becomes part of the regular expression that {effect.api} reads.",
                why="{who} can write a pattern that takes minutes{through}, and stop a worker.",
                fix="Put re.escape around the data; where patterns are meant, use an engine that takes linear time (RE2).",
                harm=f"{effect.api} reads the pattern",
                impact=Impact.MEDIUM,
                confidence=Confidence.MEDIUM,
                staff=Confidence.LOW,
            )

    def _quadratic(self, effect: Match, reaching: Reaching) -> Iterator[Verdict]:
        found = sent(effect, effect.text, Use.LENGTH)
        if found is None:
            return
        pattern = _shown(effect.pattern)
        prefix, pump, suffix = effect.attack
        yield from tainted(
            effect,
            effect.text,
            Use.LENGTH,
            reaching,
            message=f"{{it}} is matched against {pattern}, which takes time quadratic in the length of some texts: "
            f"{_text(prefix, pump, suffix)}.",
            why="{who} can stop a worker for minutes with a few hundred thousand letters{through}.",
            fix="Limit the text's length before, or write the pattern so that each place of the text has one way through it.",
            harm=f"{effect.api} matches the text",
            impact=Impact.MEDIUM,
            confidence=Confidence.MEDIUM if found.origin.name.startswith(_LONG) else Confidence.LOW,
            staff=Confidence.LOW,
        )


def _shown(pattern: str) -> str:
    """A pattern on one line, its beginning where it is long."""
    line = " ".join(pattern.split()) if "\n" in pattern else pattern
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


def _text(prefix: str, pump: str, suffix: str) -> str:
    """A text that takes long, in words."""
    said = f"{pump!r} again and again"
    if prefix and prefix != pump:
        said = f"{prefix!r}, {said}"
    return f"{said}, {suffix!r}" if suffix else said
