"""Archives: where their members are written, and whose their names are."""

from collections.abc import Callable

import pytest

from archwright.model.effect import FileAccess, Unpack
from archwright.model.value import Clean, Use
from archwright.source.program import Program

OPEN = "import os, shutil, tarfile, zipfile\n\n"
Made = Callable[..., Program]

UNPACKED = {
    "extractall": "with tarfile.open(path) as tar:\n        tar.extractall(out)",
    "a class": "tarfile.TarFile.open(path).extractall(out)",
    "a stream": "tarfile.open(fileobj=path, mode='r|gz').extractall(out)",
    "each member": "tar = tarfile.open(path)\n    for member in tar:\n        tar.extract(member, out)",
    "shutil, by its name": "shutil.unpack_archive(f'{path}.tgz', out)",
    "shutil, by its format": "shutil.unpack_archive(path, out, 'gztar')",
}
KEPT = {
    "a filter": "with tarfile.open(path) as tar:\n        tar.extractall(out, filter='data')",
    "chosen members": "tar = tarfile.open(path)\n    tar.extractall(out, members=chosen(tar))",
    "a constant member": "tarfile.open(path).extract('index.json', out)",
    "a check of each": "tar = tarfile.open(path)\n    for member in tar.getmembers():\n        if not member.isfile():\n"
    "            raise ValueError\n    tar.extractall(out)",
    "a check elsewhere": "tar = tarfile.open(path)\n    check(tar)\n    tar.extractall(out)",
    "the program's own": "tarfile.open('/usr/share/app.tar').extractall(out)",
    "a setting": "tarfile.open(os.environ['ARCHIVE']).extractall(out)",
    "made here": "with tarfile.open(path, 'w') as tar:\n        tar.add('a')\n    tarfile.open(path).extractall(out)",
    "a zip file": "zipfile.ZipFile(path).extractall(out)",
    "shutil, a zip file": "shutil.unpack_archive(f'{path}.zip', out)",
    "shutil, a filter": "shutil.unpack_archive(f'{path}.tar', out, filter='data')",
}


@pytest.mark.parametrize("body", UNPACKED.values(), ids=UNPACKED.keys())
def test_members_go_where_they_say(program: Made, body: str) -> None:
    assert len(program({"app.py": f"{OPEN}def unpack(path, out):\n    {body}\n"}, Unpack).effects) == 1


@pytest.mark.parametrize("body", KEPT.values(), ids=KEPT.keys())
def test_members_that_something_keeps(program: Made, body: str) -> None:
    assert not program({"app.py": f"{OPEN}def unpack(path, out):\n    {body}\n"}, Unpack).effects


@pytest.mark.parametrize(
    ("project", "found"),
    [
        ('[project]\nrequires-python = ">=3.14"', 0),
        ('[project]\nrequires-python = ">=3.12"', 1),
        ('[project]\nrequires-python = ">=3.10,<3.14"', 1),
        ('[tool.poetry.dependencies]\npython = "^3.14"', 0),
    ],
)
def test_the_version_of_python_tells(program: Made, project: str, found: int) -> None:
    text = f"{OPEN}def unpack(path, out):\n    tarfile.open(path).extractall(out)\n"
    assert len(program({"pyproject.toml": project, "app.py": text}, Unpack).effects) == found


@pytest.mark.parametrize(
    ("names", "state"),
    [
        ("zipfile.ZipFile(path).namelist()", Clean.DIRTY),
        ("[info.filename for info in zipfile.ZipFile(path).infolist()]", Clean.DIRTY),
        ("[member.name for member in tarfile.open(path)]", Clean.DIRTY),
        ("[member.linkname for member in tarfile.open(path).getmembers()]", Clean.DIRTY),
        ("[os.path.basename(name) for name in zipfile.ZipFile(path).namelist()]", Clean.CLEAN),
        ("zipfile.ZipFile('/usr/share/app.zip').namelist()", Clean.CLEAN),
    ],
)
def test_names_of_members_are_of_who_made_the_archive(program: Made, names: str, state: Clean) -> None:
    text = f"{OPEN}def unpack(path):\n    for name in {names}:\n        open('/srv/' + name, 'wb')\n"
    (effect,) = program({"app.py": text}, FileAccess).effects
    assert isinstance(effect, FileAccess)
    assert (effect.path.state(Use.PATH), effect.kind) == (state, "write")
