"""What `build` writes gives its blueprint back, and every change of what it does shows as drift."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archwright.brief import read_brief
from archwright.build.project import build_project
from archwright.design import design
from archwright.model.blueprint import Blueprint
from archwright.model.compare import compare
from archwright.source.survey import survey

_ROOT = Path(__file__).parents[3]
Project = tuple[Blueprint, Path, Path]


def _bare(directory: Path) -> None:
    """Leave nothing but .py and .sql files, without comments."""
    for path in directory.rglob("*"):
        if path.suffix == ".py":
            path.write_text(ast.unparse(ast.parse(path.read_text(encoding="utf-8"))), encoding="utf-8")
        elif path.suffix == ".sql":
            path.write_text(re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8")), encoding="utf-8")
        elif path.is_file():
            path.unlink()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Project]:
    """A built example, its blueprint, and a directory for facts of files; each made once."""
    made: dict[str, Project] = {}

    def build(name: str) -> Project:
        if name not in made:
            directory = tmp_path_factory.mktemp(name)
            blueprint = design(read_brief(_ROOT / "examples" / f"{name}.yaml"))
            build_project(blueprint, directory / "project")
            _bare(directory / "project")
            made[name] = (blueprint, directory / "project", directory / "facts")
        return made[name]

    return build


@pytest.mark.parametrize("name", ["shop", "clinic", "sensors"])
def test_a_built_project_gives_back_its_blueprint(built: Callable[[str], Project], name: str) -> None:
    blueprint, directory, _ = built(name)
    found, _ = survey(directory)
    assert compare(blueprint, found) == ()
    # nothing is equal only because nothing was seen
    wanted = {route.operation for route in blueprint.physical.routes}
    walked = [operation for operation in found.system.operations if operation.access.reach]
    assert len(walked) == len(wanted)
    assert sum(bool(operation.policies) for operation in walked) == sum(
        bool(route.grants) and all(grant.role != "anyone" for grant in route.grants)
        for route in blueprint.physical.routes
    )


Change = tuple[str, str, str, str, str]
"""Example, file, what stands there (a regular expression), what is put in its place, what the drift says."""
CHANGES: list[Change] = [
    # who may call
    ("shop", "operations/restock.py", r"Depends\(role\('staff'\)\)", "Depends(anyone)", "access"),
    ("shop", "operations/restock.py", r"role\('staff'\)", "role('shopper')", "access"),
    ("shop", "operations/my_order.py", r"role\('shopper', 'staff'\)", "role('shopper', 'staff', 'job')", "access"),
    ("shop", "operations/my_order.py", r"role\('shopper', 'staff'\)", "role('staff')", "access"),
    ("shop", "operations/sales_day.py", r"dependencies=\[.*?\], ", "", "access"),
    ("shop", "operations/sales_day.py", r"Depends\(role\('staff'\)\)", "Depends(signed_in)", "access"),
    ("shop", "operations/show.py", r"(?s)from shop\.database(.*?)response_model=", r"from shop.auth import role\nfrom shop.database\1dependencies=[Depends(role('staff'))], response_model=", "access"),
    ("shop", "auth.py", r"if principal.roles.isdisjoint\(allowed\):\n.*\n.*", "pass", "access"),
    ("shop", "auth.py", r"principal: Annotated\[Principal, Depends\(signed_in\)\]\) -> Principal:\n", "principal: Principal) -> Principal:\n", "access"),
    ("clinic", "auth.py", r"if credentials is None:\n\s+raise unauthorised\(''\)", "if credentials is None:\n        return ANONYMOUS", "access"),
    ("clinic", "operations/free_rooms.py", r"dependencies=\[Depends\(signed_in\)\], ", "", "access"),
    # which rows
    ("shop", "operations/my_order.py", r"\\n    AND customer_id = \$2", "", "policy"),
    ("shop", "operations/my_order.py", r"principal\.has\('staff'\)", "principal.has('shopper')", "policy"),
    ("shop", "operations/my_order.py", r"id, principal\.key\(UUID\)", "id, id", "policy"),
    ("shop", "operations/my_orders.py", r"WHERE customer_id = \$1\\n    AND", "WHERE $1::uuid IS NOT NULL\\\\n    AND", "policy"),
    ("shop", "operations/my_orders.py", r"customer_id = \$1\\n    AND", "customer_id = $1 OR true\\\\n    AND", "policy"),
    ("shop", "operations/my_orders.py", r"FIRST_OWN, principal\.key\(UUID\)", "FIRST_OWN, cursor", "policy"),
    ("shop", "operations/checkout.py", r"uuid7\(\), principal\.key\(UUID\)", "uuid7(), body.customer_id", "policy"),
    ("clinic", "operations/cancel.py", r"AND status = 'booked'\\n", r"\\n", "policy"),
    ("clinic", "operations/cancel.py", r"AND starts > now\(\)", "AND starts < now()", "policy"),
    ("clinic", "operations/cancel.py", r"caller0\.clinic_id\\n", r"caller0.id\\n", "policy"),
    ("clinic", "operations/day_plan.py", r"\\n    AND doctor_id = \$4\\nORDER", r"\\nORDER", "policy"),
    ("clinic", "operations/drop_room.py", r"\\n    AND clinic_id = \((.|\n)*?\\n    \)", "", "policy"),
    ("clinic", "operations/utilisation.py", r"WHERE caller0\.id = \$1", "WHERE caller0.id IS NOT NULL", "policy"),
    ("clinic", "operations/change_phone.py", r"\\n    AND id = \$3", "", "policy"),
    ("clinic", "operations/change_phone.py", r"await patient_of_caller\(connection, principal\)", "id", "policy"),
    ("clinic", "operations/book.py", r"if not principal\.has\('patient'\):(.|\n)*?row\.'\)", "", "policy"),
    ("clinic", "operations/book.py", r"patient_id = await patient_of_caller\(connection, principal\)", "patient_id = body.patient_id", "policy"),
    ("clinic", "operations/note.py", r"body\.number, principal\.key\(UUID\)", "body.number, body.author_id", "policy"),
    ("sensors", "operations/ingest.py", r"INSERT_READINGS, await device_of_caller\(connection, principal\)", "INSERT_READINGS, body.device", "policy"),
    ("shop", "operations/browse.py", r"WHERE category_id = \$1\\n", r"WHERE category_id = $1\\n    AND stock > 0\\n", "policy"),
    # what is done
    ("shop", "operations/checkout.py", r"taken = await connection\.fetch\(TAKE_PRODUCTS_STOCK, .*\n", "taken = []\n", "effect"),
    ("shop", "operations/checkout.py", r"await connection\.execute\(INSERT_ORDER_LINES, .*\n", "pass\n", "effect"),
    ("shop", "operations/checkout.py", r"async with database\.transaction\(\)", "async with database.connection()", "effect"),
    ("shop", "operations/checkout.py", r"await call\(.*\n", "pass\n", "effect"),
    ("shop", "operations/checkout.py", r"seconds=3", "seconds=30", "effect"),
    ("shop", "operations/checkout.py", r"content = await attempt\.claim\(connection\)", "content = None", "effect"),
    ("shop", "database.py", r", connection\.transaction\(\):", ":", "effect"),
    ("shop", "operations/pay_result.py", r"orders = await connection\.fetchrow\(.*\n", "orders = ()\n", "effect"),
    ("shop", "operations/pay_result.py", r"UPDATE orders\\nSET status = 'paid'\\nWHERE", r"DELETE FROM orders\\nWHERE", "effect"),
    ("shop", "operations/restock.py", r"SET stock = \$1", "SET price = $1", "effect"),
    ("shop", "operations/restock.py", r"SET stock = \$1", "SET stock = $1, price = 0", "effect"),
    ("shop", "operations/my_orders.py", r"lines_rows = await connection\.fetch\(.*\n", "lines_rows = []\n", "effect"),
    ("shop", "operations/show.py", r"(\s+)row = await", r"\1await connection.fetch('SELECT id FROM payments')\1row = await", "effect"),
    ("shop", "operations/show.py", r"(\s+)row = await", r"\1await connection.execute('DELETE FROM payments')\1row = await", "effect"),
    ("shop", "domain/restock.py", r"(    \"\"\"Called(.|\n)*?\"\"\")", r"\1\n    await connection.execute('INSERT INTO categories (name) VALUES ($1)', 'x')", "effect"),
    ("clinic", "operations/book.py", r"await publish\(connection, 'booked'", "await publish(connection, 'cancelled'", "effect"),
    ("clinic", "operations/book.py", r"await publish\(connection, .*\n", "pass\n", "effect"),
    ("clinic", "operations/cancel.py", r"    await domain", "    await connection.execute(\"INSERT INTO outbox (channel, payload) VALUES ('gone', '')\")\n    await domain", "effect"),
    ("sensors", "operations/ingest.py", r"devices = await connection\.fetchrow\(.*\n", "devices = ()\n", "effect"),
    # endpoints
    ("shop", "operations/restock.py", r"@router\.patch", "@router.put", "endpoint"),
    ("shop", "operations/show.py", r"'/v1/products/\{id\}'", "'/v1/product/{id}'", "endpoint"),
    ("shop", "app.py", r"sales_day, show", "show", "endpoint"),
    ("shop", "operations/search.py", r"@router\.get\(.*\)\n", "", "endpoint"),
    ("shop", "operations/show.py", r"@router\.get\(", "@router.delete('/v1/products/{id}')\n@router.get(", "endpoint"),
    # tables
    ("shop", "schema.sql", r"    stock bigint NOT NULL,\n", "", "column"),
    ("shop", "schema.sql", r"stock bigint NOT NULL", "stock text NOT NULL", "column"),
    ("shop", "schema.sql", r"stock bigint NOT NULL", "stock bigint", "column"),
    ("shop", "schema.sql", r"DEFAULT 'open'", "DEFAULT 'paid'", "column"),
    ("shop", "schema.sql", r"sku text NOT NULL,", "sku text NOT NULL, note text,", "column"),
    ("shop", "schema.sql", r"PRIMARY KEY \(caller, operation, key\)", "PRIMARY KEY (caller, key)", "key"),
    ("shop", "schema.sql", r",\n    CONSTRAINT products_sku_key UNIQUE \(sku\)", "", "unique"),
    ("shop", "schema.sql", r"CREATE INDEX payments_order_id_idx.*;", "", "index"),
    ("shop", "schema.sql", r"\(customer_id, placed DESC, id DESC\)", "(customer_id, placed, id)", "index"),
    ("shop", "schema.sql", r"\(category_id, price, id\)", "(category_id, id, price)", "index"),
    ("shop", "schema.sql", r"USING gin", "USING gist", "index"),
    ("sensors", "schema.sql", r"WHERE \(?retired = false\)?", "", "index"),
    ("shop", "schema.sql", r"stock >= 0", "stock >= -1", "check"),
    ("shop", "schema.sql", r"\(status IN \('open', 'paid', 'shipped', 'cancelled'\)\)", "(status IN ('open', 'paid'))", "check"),
    ("shop", "schema.sql", r"REFERENCES orders \(id\) ON DELETE CASCADE", "REFERENCES orders (id) ON DELETE RESTRICT", "reference"),
    ("shop", "schema.sql", r"(product_id uuid.*(.|\n)*)REFERENCES products", r"\1REFERENCES payments", "reference"),
    ("shop", "schema.sql", r"CREATE TABLE categories", "CREATE TABLE kinds", "table"),
]  # fmt: skip


@pytest.fixture
def changed(built: Callable[[str], Project], change: Change) -> Iterator[Project]:
    """A built example with one change, which is undone afterwards."""
    blueprint, directory, facts = built(change[0])
    path = next(directory.glob(f"*/{change[1]}"), directory / change[1])
    text = path.read_text(encoding="utf-8")
    new, count = re.subn(change[2], change[3], text)
    assert count, f"nothing in {path.name} is like {change[2]}"
    path.write_text(new, encoding="utf-8")
    yield blueprint, directory, facts
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change[0]}/{change[1]}: {change[2]}")
def test_a_change_is_drift(changed: Project, change: Change) -> None:
    blueprint, directory, facts = changed
    drift = compare(blueprint, survey(directory, cache=facts, workers=1)[0])
    assert change[4] in {each.subject for each in drift}, drift
