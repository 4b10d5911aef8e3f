"""Which versions of a library a project's files admit."""

from __future__ import annotations

import pytest

from archwright.source.versions import Versions, admitted

BEFORE_TWO = {
    "==1.4.36": True,
    "==1.4.*": True,
    "~=1.4": True,
    "~=1.4.3": True,
    "^1.3": True,
    "~1.4": True,
    "<2": True,
    ">=1.4,<2.0": True,
    "<=1.4.50": True,
    "==2.0.25": False,
    ">=2.0": False,
    "^2.0.1": False,
    "~=2.0": False,
    "2.0.1": False,
    ">=1.4": None,
    "<=2.0": None,
    "<3": None,
    "!=1.4.1": None,
    "": None,
}
FILES = {
    "requirements": ({"requirements.txt": "SQLAlchemy[asyncio]==1.4.36 ; python_version > '3'\n"}, True),
    "of a folder": ({"requirements/base.txt": "sqlalchemy==2.0.3\n"}, False),
    "poetry": ({"pyproject.toml": '[tool.poetry.dependencies]\nSQLAlchemy = {version = "^1.4"}\n'}, True),
    "setup": ({"setup.cfg": "[options]\ninstall_requires =\n  sqlalchemy<2\n"}, True),
    "lock": (
        {
            "pyproject.toml": '[project]\ndependencies = ["sqlalchemy>=1.4"]\n',
            "uv.lock": 'version = 1\n[[package]]\nname = "sqlalchemy"\nversion = "2.0.30"\n',
        },
        False,
    ),
    "pipenv": ({"Pipfile.lock": '{"default": {"sqlalchemy": {"version": "==1.4.1"}}}'}, True),
    "broken": ({"Pipfile.lock": "{", "pyproject.toml": "["}, None),
    "two that differ": ({"a/requirements.txt": "sqlalchemy==1.4", "b/requirements.txt": "sqlalchemy==2.0"}, None),
    "another library": ({"requirements.txt": "sqlalchemy-utils==0.4\n"}, None),
    "none": ({}, None),
}


@pytest.mark.parametrize(("specifier", "expected"), BEFORE_TWO.items(), ids=BEFORE_TWO)
def test_what_a_specifier_admits(specifier: str, expected: bool | None) -> None:
    assert admitted(specifier).before((2,)) is expected


@pytest.mark.parametrize(("files", "expected"), FILES.values(), ids=FILES)
def test_what_the_files_of_a_project_say(files: dict[str, str], expected: bool | None) -> None:
    assert Versions(sorted(files), files.__getitem__).before("SQLAlchemy", 2) is expected
