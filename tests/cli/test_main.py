import argparse
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from archwright import __version__
from archwright.cli import _parser
from archwright.cli._failure import WrongUse
from archwright.cli.main import main
from archwright.run.errors import PortTaken

Run = Callable[[argparse.Namespace], int]
Install = Callable[[Run], None]


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Makes a function the command `sample`."""

    def install(run: Run) -> None:
        def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
            parser = commands.add_parser("sample", help="a command of the tests")
            parser.add_argument("--level", choices=["low", "high"])
            parser.set_defaults(run=run)

        module = ModuleType("archwright.cli.sample")
        vars(module)["register"] = register
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(_parser, "command_names", lambda: ["sample", "review"])

    return install


def _raising(problem: BaseException) -> Run:
    def run(arguments: argparse.Namespace) -> int:
        raise problem

    return run


@pytest.mark.parametrize("code", [0, 1, 2])
def test_the_exit_code_is_the_commands(sample: Install, code: int) -> None:
    sample(lambda arguments: code)
    assert main(["sample"]) == code


def test_arguments_reach_the_command(sample: Install) -> None:
    levels = []

    def run(arguments: argparse.Namespace) -> int:
        levels.append(arguments.level)
        return 0

    sample(run)
    assert main(["sample", "--level", "high"]) == 0
    assert levels == ["high"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["smaple"], "archwright: no command 'smaple'    did you mean sample?\n"),
        (["xyz"], "archwright: no command 'xyz'    there are: sample, review\n"),
        (["sample", "--lev", "low"], "archwright sample: unknown: --lev low    see archwright sample --help\n"),
    ],
)
def test_wrong_use_is_one_line(
    sample: Install, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    sample(lambda arguments: 0)
    assert main(arguments) == 2
    assert capsys.readouterr() == ("", says)


def test_a_wrong_value_names_the_right_ones(sample: Install, capsys: pytest.CaptureFixture[str]) -> None:
    sample(lambda arguments: 0)
    assert main(["sample", "--level", "mid"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("archwright sample: argument --level: invalid choice: 'mid'")
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        (WrongUse("no such file: a.yaml", "Name a brief."), "no such file: a.yaml\n  Name a brief.\n"),
        (PortTaken(80), "port 80 is in use by another program\n  Stop that program or name another port.\n"),
        (
            ModuleNotFoundError("No module named 'asyncpg'", name="asyncpg"),
            "asyncpg is not installed    pip install 'archwright[up]'\n",
        ),
        (
            ModuleNotFoundError("No module named 'mcp'", name="mcp.server"),
            "mcp is not installed    pip install 'archwright[mcp]'\n",
        ),
    ],
)
def test_what_the_user_can_mend_is_told_with_advice(
    sample: Install, capsys: pytest.CaptureFixture[str], problem: Exception, says: str
) -> None:
    sample(_raising(problem))
    assert main(["sample"]) == 2
    assert capsys.readouterr() == ("", says)


@pytest.mark.parametrize("problem", [KeyError("x\ny"), ModuleNotFoundError("gone", name="archwright.gone")])
def test_a_fault_is_one_line_with_what_to_send(
    sample: Install, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    sample(_raising(problem))
    assert main(["sample"]) == 3
    told = capsys.readouterr().err
    assert told.startswith("archwright sample: internal fault at ")
    assert type(problem).__name__ in told
    assert told.count("\n") == 1
    monkeypatch.setenv("ARCHWRIGHT_DEBUG", "1")
    assert main(["sample"]) == 3
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_control_c_is_quiet(sample: Install, capsys: pytest.CaptureFixture[str]) -> None:
    sample(_raising(KeyboardInterrupt()))
    assert main(["sample"]) == 130
    assert capsys.readouterr() == ("", "")


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage: archwright" in capsys.readouterr().out


def test_every_command_registers_and_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    overview = capsys.readouterr().out
    for name in _parser.command_names():
        assert f"    {name}" in overview
        assert main([name, "--help"]) == 0
        assert f"usage: archwright {name}" in capsys.readouterr().out


def test_the_module_is_the_command() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "archwright", "--version"], capture_output=True, text=True, check=True
    )
    assert answer.stdout == f"archwright {__version__}\n"


def test_a_reader_that_has_gone_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "archwright", "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        program.stdout.close()
        assert program.stderr is not None
        assert program.stderr.read() == b""


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from archwright.cli.main import main; main(['--help'])\n"
        "heavy = {'archwright.model', 'archwright.source', 'jinja2', 'tree_sitter', 'ruamel.yaml', 'asyncpg', 'mcp'}\n"
        "sys.exit(' '.join(sorted(heavy & set(sys.modules))) or 0)\n"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")
