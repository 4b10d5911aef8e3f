import pytest

from archwright.review.beside import in_migrations, in_tests, in_tools


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("shop/tests/api.py", (True, False, False)),
        ("shop/test_api.py", (True, False, False)),
        ("shop/api_test.py", (True, False, False)),
        ("conftest.py", (True, False, False)),
        ("shop/migrations/0001_initial.py", (False, True, False)),
        ("alembic/versions/1.py", (False, True, False)),
        ("scripts/load.py", (False, False, True)),
        ("setup.py", (False, False, True)),
        ("shop/payments_mock.py", (True, False, False)),
        ("profiles/bank_mock/app.py", (True, False, False)),
        ("shop/mock-bank/app.py", (True, False, False)),
        ("fake_server/app.py", (True, False, False)),
        ("shop/integration_tests/api.py", (True, False, False)),
        ("loadtests/orders.py", (True, False, False)),
        ("locustfile.py", (True, False, False)),
        ("shoptest/functional/orders.py", (True, False, False)),
        ("shop/lab_tests/views.py", (False, False, False)),
        ("shop/contest/views.py", (False, False, False)),
        ("api/latest/views.py", (False, False, False)),
        ("demo/app.py", (False, False, True)),
        ("shop/demography/app.py", (False, False, False)),
        ("shop/orders/management/commands/dummy-orders.py", (False, False, True)),
        ("shop/orders/management/commands/make_demo_data.py", (False, False, True)),
        ("shop/orders/management/commands/seed.py", (False, False, True)),
        ("shop/orders/management/commands/import_orders.py", (False, False, False)),
        ("shop/samples/seed.py", (False, False, False)),
        ("shop/hammock.py", (False, False, False)),
        ("shop/fake_orders.py", (False, False, False)),
        ("shop/views.py", (False, False, False)),
        ("shop/latest.py", (False, False, False)),
        ("shop/contest.py", (False, False, False)),
        ("shop/description/scripting.py", (False, False, False)),
    ],
)
def test_what_stands_beside_the_service(path: str, kinds: tuple[bool, bool, bool]) -> None:
    assert (in_tests(path), in_migrations(path), in_tools(path)) == kinds
