import importlib.metadata
import re
import tomllib

from archwright.build.plan import plan
from archwright.model.blueprint import Blueprint
from archwright.model.system import System


def _names(requirements: list[str]) -> set[str]:
    """Each requirement's name with its extras."""
    found = {match[0].lower() for each in requirements if (match := re.match(r"[\w.-]+(\[[\w,-]+\])?", each))}
    assert len(found) == len(requirements)
    return found


def test_the_extra_brings_what_a_built_project_needs() -> None:
    files = {file.path: file.text for file in plan(Blueprint(version=1, system=System(name="shop")))}
    needed = _names(tomllib.loads(files["pyproject.toml"])["project"]["dependencies"])
    ours = importlib.metadata.requires("archwright") or []
    extra = _names([each for each in ours if re.search(r"extra == ['\"]up['\"]", each)])
    core = _names([each for each in ours if "extra ==" not in each])
    assert needed <= extra | core
