import os
import pwd
from pathlib import Path

import pytest

from archwright.run.account import account_for
from archwright.run.errors import DatabaseUnavailable

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")


def test_an_ordinary_user_stays_who_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: pwd.getpwnam("nobody").pw_uid)
    assert account_for(tmp_path / "postgres", []) is None


def test_a_number_without_a_name_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    with pytest.raises(DatabaseUnavailable, match="user number 54321 has no account") as caught:
        account_for(tmp_path / "postgres", [])
    assert "URL of a server" in caught.value.advice


@as_root
def test_root_becomes_the_owner_of_the_data(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(tmp_path, nobody.pw_uid, nobody.pw_gid)
    account = account_for(tmp_path, [])
    assert account is not None
    assert (account.uid, account.gid) == (nobody.pw_uid, nobody.pw_gid)


@as_root
def test_closed_directories_are_passed_by_right_and_not_opened(tmp_path: Path) -> None:
    open_place, closed = Path("/"), tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for needed, reach in ((open_place, False), (closed, True)):
        account = account_for(tmp_path / "postgres", [needed])
        assert account is not None
        assert account.reach is reach
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_data_of_a_number_without_a_name_is_not_taken_over(tmp_path: Path) -> None:
    os.chown(tmp_path, 54321, 54321)
    with pytest.raises(DatabaseUnavailable, match="belongs to user number 54321"):
        account_for(tmp_path, [])
