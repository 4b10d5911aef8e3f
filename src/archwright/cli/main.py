"""`archwright COMMAND`: reads the command line, runs one command, turns whatever happens into an exit code."""

import argparse
import gc
import io
import os
import sys
from collections.abc import Sequence

from ._failure import fault, told
from ._parser import parse

DONE, FINDINGS, WRONG_USE, FAULT = 0, 1, 2, 3
_INTERRUPTED = 130
_READER_GONE = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Returns:
        0 done or clean, 1 findings at or over the level or a goal missed, 2 wrong use or bad input, 3 an internal
        fault; 130 after Ctrl-C, 141 when the reader of our output has gone (both quietly).

    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without our signs still gets the text
    command = ""
    try:
        parsed = parse(sys.argv[1:] if arguments is None else arguments)
        command = parsed.command
        code: int = _uncollected(parsed) if getattr(parsed, "reads_code", False) else parsed.run(parsed)
        sys.stdout.flush()
    except SystemExit as leaving:  # argparse has printed its help, and leaves
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            _forget_output()
        return leaving.code if isinstance(leaving.code, int) else DONE
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return _READER_GONE
    except Exception as problem:  # noqa: BLE001 the one place where every fault ends
        text = told(problem)
        sys.stderr.write(f"{text or fault(command, problem)}\n")
        return FAULT if text is None else WRONG_USE
    return code


def _uncollected(parsed: argparse.Namespace) -> int:
    """A command that makes millions of objects and ends: looking through them for garbage would take a fifth of its time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        code: int = parsed.run(parsed)
    finally:
        gc.freeze()  # nor at the end of the process
        if collecting:
            gc.enable()
    return code


def _forget_output() -> None:
    """The reader of our output has gone: what is still in the buffer must not raise again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
