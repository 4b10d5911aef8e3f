"""`injection/command`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.effect import Interpret, Language
from archwright.model.finding import Impact
from archwright.model.value import Use
from archwright.model.which import Which
from archwright.review.given import given
from archwright.review.rule import Reaching, Rule, Ungiven, Verdict, example
from archwright.review.sent import tainted
from archwright.review.stored import Stored

_FIX = (
    "Start the program without a shell and pass its arguments as a list; where a shell must read the text, quote each part with "
    "shlex.quote."
)
_COMMANDS = re.compile(
    r"cmd|command|script|args|argv|options|flags|(?:^|_)(?:code|opts?|pipeline|expr)$", re.IGNORECASE
)
"""Names of arguments that are commands themselves, or options of one."""


class CommandInjection(Rule):
    """Data from outside becomes part of a command.

    That is a text that a shell reads, here, on another machine or as a script that is written, the name of the program that is started, or the code
    that an interpreter among the arguments is given (`["sh", "-c", text]`). Arguments of a fixed program are clean, and
    so is what `shlex.quote` quoted. What can't be followed is not reported.

    In code that nothing in the program calls, as in a library, the text itself tells: an argument behind the first words of a command
    is reported, with medium confidence, unless it is a command itself by its name; with low confidence where it comes through several
    functions, or is what an object holds.

    Why: a shell reads `;`, `|`, `$(...)` and line breaks in the data as the author's own. The sender runs any program with the
    rights of the service.

    Instead: start the program without a shell and pass a list, `subprocess.run(["convert", name, "out.png"])`; put `--` before
    data that could begin with a dash. Where a shell is needed, as on another machine, quote each part with `shlex.quote`.

    Fine when: the sender is meant to run commands, as in an administration console that only operators reach.

    Fix safety: no automatic fix. Without the shell, its pipes, globs and variables do nothing.
    """

    name = "injection/command"
    impact = Impact.CRITICAL
    cwe = "CWE-78"
    security = True
    which = Which.SENT | Which.GIVEN | Which.STORED
    bad = (
        example(
            "a host name from the query in a command that a shell reads",
            framework="flask",
            code="""
                import subprocess
                from flask import Flask, request

                app = Flask(__name__)

                @app.get("/ping")
                def ping():
                    host = request.args["host"]
                    done = subprocess.run(f"ping -c 1 {host}", shell=True, capture_output=True, text=True)
                    return {"output": done.stdout}
            """,
        ),
        example(
            "a helper that runs what it is given, through a shell where its caller says so",
            framework="fastapi",
            files={
                "shop/__init__.py": "",
                "shop/run.py": """
                    import subprocess

                    def run(command, shell=False):
                        return subprocess.check_output(command, shell=shell)
                """,
                "shop/main.py": """
                    from fastapi import FastAPI
                    from shop.run import run

                    app = FastAPI()

                    @app.post("/thumbnails")
                    def thumbnail(path: str):
                        run("convert " + path + " -resize 100x100 thumbnail.png", shell=True)
                """,
            },
        ),
        example(
            "a list whose program is a shell that is given code",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("archive/", views.archive)]
                """,
                "views.py": """
                    import subprocess
                    from django.http import HttpResponse

                    def archive(request):
                        command = ["/bin/sh", "-c"]
                        command.append("tar czf - " + request.GET["folder"] + " | gpg -e")
                        return HttpResponse(subprocess.Popen(command, stdout=subprocess.PIPE).stdout.read())
                """,
            },
        ),
        example(
            "a command for another machine",
            framework="paramiko",
            code="""
                import paramiko
                from flask import Flask, request

                app = Flask(__name__)

                @app.post("/restart")
                def restart():
                    client = paramiko.SSHClient()
                    client.connect("worker")
                    client.exec_command("systemctl restart " + request.form["unit"])
                    return "", 204
            """,
        ),
        example(
            "a function of a library, whoever calls it",
            framework="python",
            code="""
                import os

                def speak(text):
                    os.system(f"espeak '{text}'")
            """,
        ),
    )
    good = (
        example(
            "the same without a shell, with a number, and with a command that the caller is to give",
            framework="python",
            code="""
                import os
                import subprocess

                def speak(text, speed: int):
                    subprocess.run(["espeak", "-s", str(speed), text], check=True)
                    os.system(f"amixer set Master {speed}%")

                def within(folder, command):
                    subprocess.run(f"nice {command}", shell=True, cwd=folder)
            """,
        ),
        example(
            "arguments of a fixed program, without a shell",
            framework="flask",
            code="""
                import subprocess
                from flask import Flask, request

                app = Flask(__name__)

                @app.get("/ping")
                def ping():
                    command = ["ping", "-c", "1"]
                    command.append(request.args["host"])
                    done = subprocess.run(command, capture_output=True, text=True)
                    return {"output": done.stdout}
            """,
        ),
        example(
            "quoted, or one of a fixed list",
            framework="fastapi",
            code="""
                import asyncio
                import shlex
                from fastapi import FastAPI, HTTPException

                app = FastAPI()
                UNITS = {"web", "worker"}

                @app.post("/logs")
                async def logs(unit: str, word: str):
                    if unit not in UNITS:
                        raise HTTPException(404)
                    command = f"journalctl -u {unit} | grep {shlex.quote(word)}"
                    process = await asyncio.create_subprocess_shell(command)
                    await process.wait()
            """,
        ),
        example(
            "the same helper without a shell",
            framework="fastapi",
            code="""
                import subprocess
                from fastapi import FastAPI

                app = FastAPI()

                def run(command, shell=False):
                    return subprocess.check_output(command, shell=shell)

                @app.post("/thumbnails")
                def thumbnail(path: str):
                    run(["convert", path, "-resize", "100x100", "thumbnail.png"])
            """,
        ),
    )

    def check(self, effect: Interpret, reaching: Reaching, ungiven: Ungiven, stored: Stored) -> Iterator[Verdict]:
        if effect.language is not Language.SHELL:
            return
        yield from tainted(
            effect,
            effect.text,
            Use.SHELL,
            reaching,
            stored=stored,
            message=f"{{it}} becomes part of the command that {effect.api} runs.",
            why="{who} can run any program with the rights of the service{through}.",
            fix=f"{_FIX} Choose a program's name from a fixed list.",
            harm=f"{effect.api} runs the command",
            impact=Impact.CRITICAL,
        )
        yield from given(
            effect,
            effect.text,
            ungiven,
            mark=Use.PASTED,
            use=Use.SHELL,
            meant=_COMMANDS,
            message=f"{{it}} is put into the command that {effect.api} runs as it is.",
            why="The shell reads `;`, `|`, `$(...)` and line breaks in it as its own: whoever can choose it can run any program.",
            fix=_FIX,
            harm=f"{effect.api} runs the command",
            impact=Impact.HIGH,
            plain=True,  # 2 of 6 attributes in public projects held what somebody else chose
        )
