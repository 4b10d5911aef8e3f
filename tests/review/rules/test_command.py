"""Lists of arguments of which it is not known what stands first: whose the program's name is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
RULE = "injection/command"
CODE = """
import shlex, subprocess
from elsewhere import tool
from flask import Flask, request

app = Flask(__name__)

class Runner:
    def __init__(self, command):
        self.command = command

    def run(self, name):
        command = [each.replace("NAME", name) for each in self.command]
        command += [name]
        subprocess.run(command)

@app.post("/run")
def run():
    name = request.form["name"]
    BODY
    return ""
"""
OF_OTHERS = {
    "a configured command": 'Runner(app.config["TOOL"]).run(name)',
    "behind a command that is not known": "subprocess.run(list(tool.command) + [name])",
    "behind one that is spread": "subprocess.run([*tool.command, name])",
}
OF_THE_SENDER = {
    "words of one text": "subprocess.run(shlex.split(name))",
    "a list of what was sent": 'subprocess.run([each for each in request.get_json()["args"]])',
    "filled in a loop": 'command = []\n    for each in request.form.getlist("args"):\n        command.append(each)\n    subprocess.run(command)',
}


@pytest.mark.parametrize("body", OF_OTHERS.values(), ids=OF_OTHERS)
def test_what_stands_behind_somebody_elses_program(body: str, findings: Find) -> None:
    assert findings(RULE, CODE.replace("BODY", body)) == []


@pytest.mark.parametrize("body", OF_THE_SENDER.values(), ids=OF_THE_SENDER)
def test_a_list_that_is_all_the_senders(body: str, findings: Find) -> None:
    assert len(findings(RULE, CODE.replace("BODY", body))) == 1


def test_what_an_object_holds_is_low(findings: Find) -> None:
    code = """
import subprocess

class Board:
    def __init__(self, address):
        self.address = address

    def reboot(self):
        subprocess.run(f"ssh root@{self.address} reboot", shell=True)

def reboot(address):
    subprocess.run(f"ssh root@{address} reboot", shell=True)
"""
    found = {each.line: each.confidence for each in findings(RULE, code)}
    assert found == {9: Confidence.LOW, 12: Confidence.MEDIUM}
