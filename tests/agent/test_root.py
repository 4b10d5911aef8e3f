from pathlib import Path

import pytest

from archwright.agent.error import AgentError
from archwright.agent.root import Root


@pytest.fixture
def root(tmp_path: Path) -> Root:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    (inside / "app").mkdir(parents=True)
    (inside / "app" / "views.py").write_text("", encoding="utf-8")
    (inside / "shop.yaml").write_text("", encoding="utf-8")
    outside.mkdir()
    (outside / "secret.py").write_text("", encoding="utf-8")
    (inside / "link").symlink_to(outside)
    (inside / "loop").symlink_to("loop")
    return Root(inside)


def test_paths_are_read_from_the_root(root: Root) -> None:
    assert root.shown(root.existing("app/../app/views.py")) == "app/views.py"
    assert root.shown(root.existing(str(root.directory / "app"))) == "app"
    assert root.shown(root.inside("new/project")) == "new/project"
    assert root.shown(root.existing(".")) == "."


@pytest.mark.parametrize("path", ["..", "../outside/secret.py", "link", "link/secret.py", "/", "app/../../outside"])
def test_what_leads_out_is_refused(root: Root, path: str) -> None:
    with pytest.raises(AgentError, match="outside of the root"):
        root.existing(path)


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000, "loop", "loop/x", "\ud800"])
def test_what_can_be_no_path_is_told(root: Root, path: str) -> None:
    with pytest.raises(AgentError):
        root.existing(path)


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("shop.yml", "did you mean shop.yaml?"),
        ("app/view.py", "did you mean app/views.py?"),
        ("ap/views.py", "did you mean app?"),
        ("app/models/zzz.py", "app holds views.py"),
        ("zzz/models/zzz.py", "the root holds app, link, loop, shop.yaml"),
    ],
)
def test_a_missing_path_is_told_with_the_nearest(root: Root, path: str, advice: str) -> None:
    with pytest.raises(AgentError, match="there is no file or directory") as caught:
        root.existing(path)
    assert caught.value.advice == advice


def test_a_directory_is_no_file(root: Root) -> None:
    with pytest.raises(AgentError, match="app is a directory") as caught:
        root.file("app")
    assert caught.value.advice == "app holds views.py"
    assert root.shown(root.file("shop.yaml")) == "shop.yaml"
