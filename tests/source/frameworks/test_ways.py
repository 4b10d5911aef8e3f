"""A container that one way of control changes is on the other way what it was before."""

from collections.abc import Callable

import pytest

from archwright.model.effect import Interpret
from archwright.model.value import Clean, Use
from archwright.source.program import Program

CODE = """
import subprocess
from flask import Flask, request

app = Flask(__name__)

@app.get("/")
def view():
    sent, asked = request.args["name"], request.args["asked"]
    {}

def run(words):
    subprocess.run(" ".join(words), shell=True)
"""
WAYS = {
    "the other way ends": ("a = ['ls']\n    if asked:\n        a.append(sent)\n        return\n    run(a)", False),
    "this way ends": ("a = ['ls']\n    if asked:\n        return\n    else:\n        a.append(sent)\n    run(a)", True),
    "both meet": ("a = ['ls']\n    if asked:\n        a.append('-l')\n    else:\n        a.append(sent)\n    run(a)", True),
    "both meet, the first": ("a = ['ls']\n    if asked:\n        a.append(sent)\n    else:\n        a.append('-l')\n    run(a)", True),
    "only without": ("a = ['ls']\n    if asked:\n        a.append(sent)\n    else:\n        run(a)", False),
    "run on the way": ("a = ['ls']\n    if asked:\n        a.append(sent)\n        run(a)\n    else:\n        a.clear()", True),
    "under another name": ("a = b = ['ls']\n    if asked:\n        a.append(sent)\n    else:\n        a.append('-l')\n    run(b)", True),
    "another name, ended": ("a = b = ['ls']\n    if asked:\n        a.append(sent)\n        return\n    run(b)", False),
    "a dictionary": ("d = {}\n    if asked:\n        d['k'] = sent\n        return\n    run([d.get('k', 'ls')])", False),
    "changed after": ("a = ['ls']\n    b = {'a': a}\n    if asked:\n        return\n    a.append(sent)\n    run(b['a'])", True),
    "one in the other": (
        "a = ['ls']\n    if asked:\n        if sent == 'x':\n            a.append(sent)\n            return\n        a.append('-l')\n    run(a)",
        False,
    ),
    "one in the other, kept": (
        "a = ['ls']\n    if asked:\n        if sent == 'x':\n            return\n        a.append(sent)\n    else:\n        a.append('-a')\n    run(a)",
        True,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "dirty"), WAYS.values(), ids=WAYS)
def test_what_one_way_puts_into_a_list(program: Callable[..., Program], body: str, dirty: bool) -> None:
    runs = program({"app.py": CODE.replace("{}", body, 1)}, Interpret).effects
    states = {each.text.state(Use.SHELL) for each in runs if isinstance(each, Interpret)}
    assert (Clean.DIRTY in states) is dirty
