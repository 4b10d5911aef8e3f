"""`archwright up` on the example brief, whole: the built project is served on a database of its own."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from archwright.brief.read import read_brief
from archwright.build.project import build_project
from archwright.build.up.backend import Backend, bring_up
from archwright.cli.main import main
from archwright.design.pipeline import design
from archwright.model.blueprint import Blueprint
from archwright.run.errors import RunError
from archwright.run.http import Response, request, responds
from archwright.run.postgres import open_postgres
from archwright.run.wait import wait_until

BRIEF = Path(__file__).parents[2] / "examples" / "shop.yaml"


@pytest.fixture(scope="module")
def blueprint() -> Blueprint:
    return design(read_brief(BRIEF))


@pytest.fixture(scope="module")
def project(blueprint: Blueprint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("up") / "shop"
    build_project(blueprint, directory)
    return directory


@pytest.fixture(scope="module")
def backend(blueprint: Blueprint, project: Path) -> Iterator[Backend]:
    with bring_up(blueprint, project, tell=lambda *_: None) as running:
        yield running


def _order(backend: Backend, key: str = "", person: int = 0) -> Response:
    headers = {**backend.people[person].headers(), "Idempotency-Key": key or str(uuid.uuid4())}
    product = max(backend.seeded.rows["products"], key=lambda row: int(row["stock"] or ""))
    body = {"lines": [{"product_id": product["id"], "qty": 1}]}
    return request("POST", f"{backend.url}/checkout", body=body, headers=headers)


def test_there_is_somebody_of_each_role_and_a_row_in_each_table(backend: Backend, blueprint: Blueprint) -> None:
    assert {person.role for person in backend.people} == {role.name for role in blueprint.system.roles}
    assert backend.seeded.left_out == {}
    assert all(backend.seeded.rows.values())


def test_people_may_what_the_brief_says(backend: Backend) -> None:
    by_role = {person.role: person for person in backend.people}
    mine = {row["id"] for row in backend.seeded.rows["orders"] if row["customer_id"] == by_role["shopper"].subject}
    for order in backend.seeded.rows["orders"]:
        url = f"{backend.url}/v1/orders/{order['id']}"
        assert request("GET", url, headers=by_role["shopper"].headers()).status == (200 if order["id"] in mine else 404)
        assert request("GET", url, headers=by_role["staff"].headers()).status == 200
        assert request("GET", url, headers=by_role["job"].headers()).status == 403
        assert request("GET", url).status == 401


def test_the_same_key_orders_once(backend: Backend) -> None:
    key = str(uuid.uuid4())
    first, again = _order(backend, key), _order(backend, key)
    assert (first.status, again.status) == (201, 201)
    assert first.json() == again.json()


def test_the_description_of_the_api_is_served(backend: Backend) -> None:
    description = request("GET", f"{backend.url}/openapi.json").json()
    assert isinstance(description, dict)
    assert "/checkout" in description["paths"]
    assert request("GET", f"{backend.url}/docs").headers["content-type"].startswith("text/html")


def test_a_project_is_up_once(backend: Backend, blueprint: Blueprint, project: Path) -> None:
    with pytest.raises(RunError, match="is up already"):
        bring_up(blueprint, project, tell=lambda *_: None)
    assert responds(f"{backend.url}/health/ready")


def test_no_acknowledged_write_is_lost_when_the_service_is_killed(blueprint: Blueprint, tmp_path: Path) -> None:
    project = tmp_path / "shop"
    build_project(blueprint, project)
    acknowledged: list[str] = []
    with bring_up(blueprint, project, tell=lambda *_: None) as backend:

        def orders(person: int) -> None:
            while True:
                try:
                    answer = _order(backend, person=person)
                except OSError:
                    return
                if answer.status == 201:
                    acknowledged.append(str(answer.json()["id"]))  # type: ignore[index]  # an order is an object

        threads = [threading.Thread(target=orders, args=(person % 2,)) for person in range(4)]
        for thread in threads:
            thread.start()
        assert wait_until(lambda: len(acknowledged) >= 5, seconds=30)
        os.kill(backend.service.pid, signal.SIGKILL)
        for thread in threads:
            thread.join()

    async def stored(dsn: str) -> set[str]:
        connection = await asyncpg.connect(dsn)
        try:
            return {str(row["id"]) for row in await connection.fetch("SELECT id FROM orders")}
        finally:
            await connection.close()

    with open_postgres(project / ".data" / "postgres") as server:
        assert set(acknowledged) <= asyncio.run(stored(server.dsn("shop")))


def test_a_taken_port_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert main(["up", str(BRIEF), "-o", str(tmp_path / "shop"), "--port", str(port)]) == 2
    assert f"port {port} is in use" in capsys.readouterr().err


def test_a_migration_that_fails_says_how_to_go_on(blueprint: Blueprint, tmp_path: Path) -> None:
    build_project(blueprint, tmp_path / "shop")
    migration = next((tmp_path / "shop" / "migrations" / "versions").glob("0001*"))
    text = migration.read_text("utf-8")
    migration.write_text(text.replace("    op.execute(", '    op.execute("SELECT 1 / 0")\n    op.execute(', 1), "utf-8")
    with pytest.raises(RunError, match="division by zero") as caught:
        bring_up(blueprint, tmp_path / "shop", tell=lambda *_: None)
    assert "delete the new file in migrations/versions/" in caught.value.advice


def test_a_service_that_cannot_start_shows_its_words(blueprint: Blueprint, tmp_path: Path) -> None:
    build_project(blueprint, tmp_path / "shop")
    app = tmp_path / "shop" / "shop" / "app.py"
    app.write_text(app.read_text() + "\nraise SystemExit('not today')\n")
    with pytest.raises(RunError, match="not today"):
        bring_up(blueprint, tmp_path / "shop", tell=lambda *_: None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_runs_on_afterwards(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "archwright", "up", str(BRIEF), "-o", str(tmp_path / "shop")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as program:
        assert program.stdout is not None
        said = "".join(iter(program.stdout.readline, "Ctrl-C stops everything.\n"))
        address = re.search(r"http://\S+", said)
        assert address is not None
        assert responds(f"{address[0]}/health/ready")
        program.send_signal(number)
        rest = program.stdout.read()
    assert program.returncode == (-9 if number is signal.SIGKILL else 0), rest
    assert wait_until(lambda: not responds(f"{address[0]}/health/ready"), seconds=30)
    assert wait_until(lambda: not (tmp_path / "shop" / ".data" / "postgres" / "postmaster.pid").exists(), seconds=30)


@pytest.mark.services
def test_a_given_server_is_used(postgres_url: str, blueprint: Blueprint, project: Path, tmp_path: Path) -> None:
    name = f"archwright_{uuid.uuid4().hex[:12]}"

    async def on_server(statement: str) -> None:
        connection = await asyncpg.connect(postgres_url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(on_server(f"CREATE DATABASE {name}"))
    try:
        url = postgres_url.rsplit("/", 1)[0] + f"/{name}"
        build_project(blueprint, tmp_path / "shop")
        with bring_up(blueprint, tmp_path / "shop", database_url=url, tell=lambda *_: None) as backend:
            assert _order(backend).status == 201
        assert not (tmp_path / "shop" / ".data" / "postgres").exists()
    finally:
        asyncio.run(on_server(f"DROP DATABASE {name} WITH (FORCE)"))
