"""Processes that are started: which part of the call a shell, or another interpreter, reads as code.

With a shell the whole text is code. Without one only the program's name is the sender's to choose, unless the program is
itself an interpreter that is given code (`["sh", "-c", text]`, `["ssh", host, text]`).
"""

from __future__ import annotations

import re
from typing import Final

from archwright.model.effect import Language
from archwright.model.value import Use
from archwright.source.flow.operators import shape, truth
from archwright.source.flow.values import NO, Origin, Val, clean, deep_origins, whole_argument
from archwright.source.frameworks.base import CallSite, Handler, mask
from archwright.source.frameworks.shared.sinks import interpret

_OPTIONS: Final[dict[str, re.Pattern[str]]] = {
    **dict.fromkeys(("sh", "bash", "dash", "ash", "zsh", "ksh", "fish", "su"), re.compile(r"-[a-z]*c")),
    **dict.fromkeys(("cmd", "cmd.exe"), re.compile(r"/[ck]", re.IGNORECASE)),
    **dict.fromkeys(("powershell", "pwsh", "powershell.exe"), re.compile(r"-c(?:ommand)?", re.IGNORECASE)),
    **dict.fromkeys(("python", "python2", "python3", "pypy3"), re.compile(r"-[A-Za-z]*c")),
    **dict.fromkeys(("perl", "ruby", "node", "lua", "osascript"), re.compile(r"-[A-Za-z]*e|--eval")),
    "php": re.compile(r"-r"),
}
"""Interpreters, and the option behind which code stands."""
_PYTHONS: Final = ("python", "pypy")
_REMOTE: Final = frozenset({"ssh", "rsh"})
"""What hands its last argument to a shell elsewhere."""
_COMPLETED: Final = "subprocess.CompletedProcess"
_PROCESS: Final = "subprocess.Popen"


def run_text(index: int, keyword: str, api: str) -> Handler:
    """A call that hands a text to a shell."""

    def handler(site: CallSite) -> Val | None:
        interpret(site, Language.SHELL, site.argument(index, keyword), api=api)
        return _result(site, "")

    return handler


def run_program(index: int, keyword: str, api: str, gives: str = "", *, asks: bool = False) -> Handler:
    """A call that starts a program with a list of arguments; asks: its parameter `shell` makes it a command."""

    def handler(site: CallSite) -> Val | None:
        given = site.argument(index, keyword) or _handed_on(site, index, keyword)
        if given is not None:
            asked = _option(site, "shell") if asks else None
            if asked is None or (known := truth(asked)) is False:
                program(site, given, api)
            elif known:
                interpret(site, Language.SHELL, _command(given), api=f"{api}(shell=True)")
            else:
                _steered(site, asked)
        return _result(site, gives)

    return handler


def _handed_on(site: CallSite, index: int, keyword: str) -> Val | None:
    """The argument of a helper that hands on all it is given: `run(*args, **kwargs)`."""
    if len(site.args) != index:
        return None
    for spread in site.spread:
        if spread.type == ("tuple",):
            return (spread.items or {}).get(0) or _first_of(Val(None, spread.origins))
    return _option(site, keyword)


def _option(site: CallSite, name: str) -> Val | None:
    """An argument given by name, here or in a dictionary of options."""
    given = site.keywords.get(name)
    return given or next((spread.items[name] for spread in site.spread if spread.items and name in spread.items), None)


def run_arguments(index: int, api: str) -> Handler:
    """A call that is given the program and its arguments one by one (`create_subprocess_exec`, `os.execl`)."""

    def handler(site: CallSite) -> Val | None:
        rest = site.args[index:]
        if rest:
            program(site, Val(("list",), (), NO, dict(enumerate(rest))), api)
        return _result(site, "")

    return handler


def run_vector(index: int, api: str) -> Handler:
    """A call that is given the program and, behind it, the list of its arguments (`os.execv`)."""

    def handler(site: CallSite) -> Val | None:
        path, rest = site.argument(index), site.argument(index + 1)
        if path is not None:
            items = (rest.items if rest is not None else None) or {}
            moved = {key + 1 if isinstance(key, int) else key: value for key, value in items.items()}
            program(site, Val(("list",), (), NO, {0: path, **moved}), api)
        return None

    return handler


def program(site: CallSite, given: Val, api: str) -> None:
    """Record what of a program and its arguments, as a list or one text, decides on what is executed."""
    items = given.items
    if items is None:
        if not shape(given) or shape(given).startswith("{}") or given.type in (("list",), ("tuple",)):
            interpret(site, Language.SHELL, _first_of(given), api=api)
        return
    first = items.get(0)
    if first is None:  # what stands where is not known: only where all of it is the sender's is the program too
        everything = items.get("*")
        if everything is not None and len(items) == 1 and not any(map(_others, everything.origins)):
            interpret(site, Language.SHELL, Val(everything.type, everything.origins), api=api)
        return
    if not isinstance(first.const, str) or first.origins:
        interpret(site, Language.SHELL, first, api=api)
        return
    code = _code(items)
    if code is not None:
        interpret(site, Language.SHELL, code, api=api)


def _others(origin: Origin) -> bool:
    """True for what may be of somebody else than the sender: then the program's name is, as it stands first."""
    key, cleaned, _ = origin
    return key[0] in ("unknown", "parameter") and not cleaned & mask(Use.SHELL)


def _first_of(given: Val) -> Val:
    """The program in what a caller gives, which may be a text or a list: of a list it is the first."""
    origins = tuple(
        ((*key, 0), cleaned, steps) if key[0] == "parameter" and len(key) in (3, 4) else (key, cleaned, steps)
        for key, cleaned, steps in given.origins
    )
    return Val(given.type, origins, given.const, None, given.text)


def _code(items: dict[object, Val]) -> Val | None:
    """The argument that the program, or one that it starts in turn (`sudo`, `docker exec`), takes as code."""
    ordered = [items[key] for key in sorted(key for key in items if isinstance(key, int))]
    words = [value.const if isinstance(value.const, str) and not value.origins else None for value in ordered]
    behind = items.get("*")
    for index, word in enumerate(words):
        name = (word or "").replace("\\", "/").rpartition("/")[2]
        option = _OPTIONS.get(name)
        if option is not None:
            for later in range(index + 1, len(words)):
                if words[later] is not None and option.fullmatch(words[later] or ""):
                    code = ordered[later + 1] if later + 1 < len(ordered) else behind
                    return _literal(code) if code is not None and name.startswith(_PYTHONS) else code
        if name in _REMOTE and index == 0:
            return behind if behind is not None else ordered[-1]
    return None


def _literal(code: Val) -> Val:
    """Code for Python: what `repr` made stays one literal of it, whatever a shell would read in it."""
    python, shell = mask(Use.PYTHON), mask(Use.SHELL)
    origins = tuple(
        (key, cleaned | shell if cleaned & python else cleaned, steps) for key, cleaned, steps in deep_origins(code)
    )
    return Val(code.type, origins, code.const, None, code.text)


def _command(given: Val) -> Val:
    """With a shell, the first of a list is the command; the others are the shell's own arguments."""
    return given.items[0] if given.items and 0 in given.items else given


def _steered(site: CallSite, asked: Val) -> None:
    """Whether a shell is asked for is the caller's to say: the unit is read again for what each caller says."""
    for key, _, _ in asked.origins:
        if whole_argument(key) and key[1] == site.frame.unit:
            site.frame.tested |= 1 << key[2]


def _result(site: CallSite, gives: str) -> Val | None:
    """What a process answers is not followed."""
    return Val(("object", gives), ((("result", "process"), 0, None),)) if gives else None


def _split(site: CallSite) -> Val:
    """`shlex.split(text)`: the first word is known where the text begins with one."""
    text = site.argument(0, "s")
    if text is None:
        return Val(("list",), (), NO, {})
    rest = Val(("text",), deep_origins(text))
    head, space, _ = shape(text).partition(" ")
    if space and head and "{}" not in head:
        return Val(("list",), (), NO, {0: Val(("text",), (), head, None, head), "*": rest})
    return Val(("list",), (), NO, {"*": rest})


def _joined(site: CallSite) -> Val:
    """`shlex.join(words)` quotes each word."""
    value = site.derived(("text",))
    return Val(("text",), clean(value.origins, mask(Use.SHELL)), NO, None, "{}")


CALLS: Final[dict[str, Handler]] = {
    **{
        f"subprocess.{name}": run_program(0, "args", f"subprocess.{name}", gives, asks=True)
        for name, gives in (("run", _COMPLETED), ("Popen", _PROCESS), ("call", ""), ("check_call", ""), ("check_output", ""))
    },
    "subprocess.getoutput": run_text(0, "cmd", "subprocess.getoutput"),
    "subprocess.getstatusoutput": run_text(0, "cmd", "subprocess.getstatusoutput"),
    "os.system": run_text(0, "command", "os.system"),
    "os.popen": run_text(0, "cmd", "os.popen"),
    **{f"{module}.{name}": run_text(0, "cmd", f"{module}.{name}") for module in ("commands", "popen2") for name in (
        "getoutput", "getstatusoutput", "popen2", "popen3", "popen4"
    )},
    "asyncio.create_subprocess_shell": run_text(0, "cmd", "asyncio.create_subprocess_shell"),
    "asyncio.subprocess.create_subprocess_shell": run_text(0, "cmd", "asyncio.create_subprocess_shell"),
    "asyncio.create_subprocess_exec": run_arguments(0, "asyncio.create_subprocess_exec"),
    "asyncio.subprocess.create_subprocess_exec": run_arguments(0, "asyncio.create_subprocess_exec"),
    "anyio.run_process": run_program(0, "command", "anyio.run_process"),
    "anyio.open_process": run_program(0, "command", "anyio.open_process"),
    "pty.spawn": run_program(0, "argv", "pty.spawn"),
    **{f"os.{name}": run_arguments(0, f"os.{name}") for name in ("execl", "execlp", "execle", "execlpe")},
    **{f"os.{name}": run_vector(0, f"os.{name}") for name in ("execv", "execvp", "execve", "execvpe")},
    **{f"os.{name}": run_arguments(1, f"os.{name}") for name in ("spawnl", "spawnlp", "spawnle", "spawnlpe")},
    **{f"os.{name}": run_vector(1, f"os.{name}") for name in ("spawnv", "spawnvp", "spawnve", "spawnvpe")},
    **{f"os.{name}": run_vector(0, f"os.{name}") for name in ("posix_spawn", "posix_spawnp")},
    "shlex.split": _split,
    "shlex.join": _joined,
}  # fmt: skip
"""By dotted name."""
