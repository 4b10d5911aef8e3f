"""Processes: which part of a call is read as code."""

from pathlib import Path

import pytest

from archwright.model.effect import Interpret
from archwright.model.value import Clean, Use
from archwright.source.program import analyse

HEAD = """
import asyncio, os, shlex, subprocess
from flask import Flask, request
app = Flask(__name__)

@app.post("/x/<name>")
def x(name):
    """

DIRTY = {
    "a shell": 'subprocess.run("ls " + name, shell=True)',
    "a shell as a truth": 'subprocess.run("ls " + name, shell=1)',
    "os.system": 'os.system(f"ls {name}")',
    "os.popen": 'os.popen("ls %s" % name)',
    "asyncio": 'asyncio.create_subprocess_shell("ls " + name)',
    "the program": "subprocess.run([name, '-l'])",
    "the whole of it": "subprocess.run(request.json['command'])",
    "split": "subprocess.run(name.split())",
    "sh -c": "subprocess.call(['sh', '-c', 'ls ' + name])",
    "sh behind sudo": "subprocess.call(['sudo', '-u', 'app', 'bash', '-lc', name])",
    "an option before": "subprocess.call(['bash', '-e', '-c', name])",
    "powershell": "subprocess.Popen(['powershell', '-Command', name])",
    "python -c": "subprocess.Popen(['python3', '-c', f'print({name})'])",
    "ssh": "subprocess.check_call(['ssh', 'worker', 'ls ' + name])",
    "exec": "os.execl('/bin/sh', 'sh', '-c', name)",
    "execv": "os.execv('/bin/sh', ['sh', '-c', name])",
    "spawn": "os.spawnvp(os.P_WAIT, name, ['x'])",
    "asyncio, one by one": "asyncio.create_subprocess_exec('sh', '-c', name)",
    "a list built up": "command = ['sh']\n    command.append('-c')\n    command += [name]\n    subprocess.run(command)",
}
CLEAN = {
    "arguments": "subprocess.run(['ls', name])",
    "no shell": "subprocess.run(['ls', name], shell=False)",
    "arguments of a shell's code": "subprocess.run(['sh', '-c', 'ls \"$1\"', 'sh', name])",
    "quoted": "os.system('ls ' + shlex.quote(name))",
    "joined": "os.system(shlex.join(['ls', name]))",
    "split, behind the program": "subprocess.run(shlex.split('ls ' + name))",
    "a list built up": "command = ['ls']\n    for word in request.form.getlist('w'):\n        command.append(word)\n    subprocess.run(command)",
    "one by one": "asyncio.create_subprocess_exec('ls', name)",
    "execv": "os.execv('/bin/ls', ['ls', name])",
    "a literal of Python for Python": "subprocess.Popen(['python3', '-c', f'print({name!r})'])",
    "argument of another": "subprocess.run(['python3', 'tool.py', name])",
}


def dirty(tmp_path: Path, body: str) -> bool:
    (tmp_path / "app.py").write_text(HEAD + body, encoding="utf-8")
    effects = analyse(["."], wanted=frozenset({Interpret}), root=tmp_path).effects
    return any(isinstance(e, Interpret) and e.text.state(Use.SHELL) is Clean.DIRTY for e in effects)


@pytest.mark.parametrize("body", DIRTY.values(), ids=DIRTY)
def test_what_is_read_as_code(tmp_path: Path, body: str) -> None:
    assert dirty(tmp_path, body)


@pytest.mark.parametrize("body", CLEAN.values(), ids=CLEAN)
def test_what_is_a_mere_argument(tmp_path: Path, body: str) -> None:
    assert not dirty(tmp_path, body)
