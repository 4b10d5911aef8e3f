"""`--fix`: safe edits are made, reviewed in a copy, and written only where they hold."""

from pathlib import Path

import pytest

from archwright.model.base import Place
from archwright.model.finding import Edit, Finding, Remedy, RemedyKind
from archwright.review.edits import edits_of
from archwright.review.fix import applied, fix
from archwright.review.judged import Asked, judge
from archwright.review.registry import all_rules
from archwright.review.scope import Scope


def asked(root: Path) -> Asked:
    rules = all_rules()
    return Asked(paths=(".",), rules=rules, scope=Scope.of(rules), everything=True, root=root, cache=None, workers=1)


def findings(root: Path) -> tuple[Finding, ...]:
    return tuple(judge(asked(root)).comments.kept)


@pytest.mark.parametrize(
    ("kind", "subject", "code", "expected"),
    [
        (RemedyKind.CALL, ".safe_load", "x = yaml.load(t, Loader=yaml.Loader)", "x = yaml.safe_load(t)"),
        (RemedyKind.CALL, ".safe_load", "x = yaml.load(t, yaml.Loader)", "x = yaml.safe_load(t)"),
        (RemedyKind.CALL, ".safe_load", "x = load(t)", "x = load(t)"),
        (RemedyKind.CALL, ".SystemRandom().{name}", "é = random.choice(a)", "é = random.SystemRandom().choice(a)"),
        (RemedyKind.KEYWORD, "debug=False", "a = run(1, debug=True)", "a = run(1, debug=False)"),
        (RemedyKind.KEYWORD, "u=False", "a = hashlib.md5().hexdigest()", "a = hashlib.md5(u=False).hexdigest()"),
        (RemedyKind.KEYWORD, "u=False", "a = md5(x for x in y)", "a = md5(x for x in y)"),
        (RemedyKind.KEYWORD, "u=False", "a = f(**k)", "a = f(**k)"),
    ],
)
def test_a_remedy_becomes_edits(kind: RemedyKind, subject: str, code: str, expected: str) -> None:
    edits = edits_of(Remedy(kind=kind, subject=subject), Place("a.py", 1, 5), code)
    assert applied(code, edits) == expected


def test_a_comparison_brings_its_import() -> None:
    code = "import os\n\n\ndef f(a, b):\n    return a != b.key\n"
    edits = edits_of(Remedy(kind=RemedyKind.COMPARE), Place("a.py", 5, 17), code)
    assert applied(code, edits) == (
        "import hmac\nimport os\n\n\ndef f(a, b):\n"
        "    return not hmac.compare_digest(str(a).encode(), str(b.key).encode())\n"
    )


def test_edits_that_overlap_are_not_made() -> None:
    def edit(start: int, end: int) -> Edit:
        return Edit(path="a.py", line=1, column=start, end_line=1, end_column=end, text="x")

    assert applied("abcdef", [edit(1, 3), edit(2, 4)]) is None
    assert applied("abcdef", [edit(1, 3), edit(1, 3)]) == "xcdef"


def test_what_holds_is_written_with_the_file_s_own_newlines(tmp_path: Path) -> None:
    code = b"import random\r\n\r\n\r\ndef reset_token():\r\n    return random.randint(0, 9)\r\n"
    (tmp_path / "app.py").write_bytes(code)
    fixes = fix(asked(tmp_path), findings(tmp_path))
    assert fixes.written == ("app.py",)
    assert not fixes.left
    assert (tmp_path / "app.py").read_bytes() == code.replace(b"random.randint", b"random.SystemRandom().randint")
    assert findings(tmp_path) == ()


def test_what_does_not_hold_is_not_written(tmp_path: Path) -> None:
    code = "import random\n\n\ndef reset_token():\n    return random.randint(0, 9)\n"
    (tmp_path / "app.py").write_text(code)
    (found,) = findings(tmp_path)
    broken = Edit(path="app.py", line=5, column=5, end_line=5, end_column=11, text="return (")
    idle = Edit(path="app.py", line=1, column=1, end_line=1, end_column=1, text="\n")
    for edit in (broken, idle):
        changed = Finding(**{name: getattr(found, name) for name in found.__struct_fields__} | {"edits": (edit,)})
        fixes = fix(asked(tmp_path), (changed,))
        assert (fixes.written, fixes.left) == ((), (changed,))
    assert (tmp_path / "app.py").read_text() == code


def test_what_is_left_to_ruff_is_left_to_it_in_the_copy(tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text('[lint]\nselect = ["S", "BLE", "E"]\n')
    (tmp_path / "app.py").write_text(
        "import random\n\n\ndef reset_token():\n    try:\n        save()\n    except Exception:\n        pass\n"
        "    return random.randint(0, 9)\n"
    )
    assert fix(asked(tmp_path), findings(tmp_path)).written == ("app.py",)


def test_a_lesser_finding_behind_a_graver_one_is_no_new_one(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "from flask import Flask, make_response\n\napp = Flask(__name__)\n\n\n@app.get('/x')\ndef x():\n"
        "    response = make_response('a')\n    response.set_cookie('session', 'x', secure=False)\n    return response\n"
    )
    (found,) = (each for each in findings(tmp_path) if each.edits)
    assert fix(asked(tmp_path), (found,)).fixed == (found,)
    assert "secure=True" in (tmp_path / "app.py").read_text()
