"""The demo: examples/shop.yaml becomes a running backend, gets a few requests and a review. Started by scripts/demo."""

import argparse
import signal
import sys
import uuid
from pathlib import Path

from archwright.brief.read import read_brief
from archwright.build.project import build_project
from archwright.build.up.backend import Backend, bring_up
from archwright.cli._built import about_build
from archwright.cli.main import main as archwright
from archwright.cli.up import show_people, tell
from archwright.design.pipeline import design
from archwright.run.errors import RunError
from archwright.run.http import Response, request

ROOT = Path(__file__).resolve().parent.parent
BRIEF = Path("examples/shop.yaml")
DESIGN = Path(".demo/design")
PROJECT = Path(".demo/shop")


def main() -> int:
    parser = argparse.ArgumentParser(description="From a brief to a running, reviewed backend.")
    parser.add_argument("--keep", action="store_true", help="leave it serving until Ctrl-C")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leaves the `with` block, which stops everything

    print(f"The design of {BRIEF}:")
    if archwright(["design", str(BRIEF), "-o", str(DESIGN)]) != 0:
        return 1
    print("\nThe backend:")
    blueprint = design(read_brief(BRIEF))
    built = build_project(blueprint, PROJECT)
    tell("built", about_build(built, PROJECT))
    with bring_up(blueprint, ROOT / PROJECT, tell=tell) as backend:
        good = requests(backend)
        print(f"\nThe review of what was built: archwright review {PROJECT}")
        clean = archwright(["review", str(PROJECT)]) == 0
        print(
            f"\nWhere to look: {DESIGN}/DESIGN.md says what was decided and why, {PROJECT}/README.md how to go on; "
            f"{PROJECT}/shop/operations/ has a file per operation, {PROJECT}/.data/service.log every request."
        )
        if arguments.keep:
            show_people(backend.people)
            print(f"Serving {backend.url}/docs until Ctrl-C.", flush=True)
            try:
                backend.service.wait()
            except KeyboardInterrupt:
                print()
    print(
        "Everything is stopped. " + ("All as it should be." if good and clean else "Something is not as it should be.")
    )
    return 0 if good and clean else 1


def requests(backend: Backend) -> bool:
    """Send what a shop's callers send, good and bad; whether every answer is the right one."""
    shoppers = [person for person in backend.people if person.role == "shopper"]
    orders = backend.seeded.rows["orders"]
    own, other = (next(row["id"] for row in orders if row["customer_id"] == each.subject) for each in shoppers)
    product = backend.seeded.rows["products"][0]["id"]
    staff = next(person for person in backend.people if person.role == "staff")
    me = shoppers[0].headers()
    key = {**me, "Idempotency-Key": str(uuid.uuid4())}
    order = {"lines": [{"product_id": product, "qty": 1}]}

    print("\nA few requests:")
    checks = [
        _try(backend, "GET", "/v1/products?q=product", 200, "anyone searches"),
        _try(backend, "GET", "/v1/orders", 401, "no token"),
        _try(backend, "GET", "/v1/orders", 401, "a wrong token", {"Authorization": "Bearer " + "e30." * 2 + "x"}),
        _try(backend, "GET", "/v1/orders", 200, "a shopper's own orders", me),
        _try(backend, "GET", f"/v1/orders/{own}", 200, "an order of one's own", me),
        _try(backend, "GET", f"/v1/orders/{other}", 404, "another customer's order", me),
        _try(backend, "GET", f"/v1/products/{uuid.UUID(int=0)}", 404, "an unknown id"),
        _try(backend, "PATCH", f"/v1/products/{product}", 403, "a shopper restocks", me, body={"stock": 99}),
        _try(backend, "PATCH", f"/v1/products/{product}", 200, "staff restocks", staff.headers(), body={"stock": 99}),
        _try(backend, "POST", "/checkout", 422, "a bad body", key, body={"lines": [{"product_id": 1, "qty": -1}]}),
        first := _try(backend, "POST", "/checkout", 201, "an order", key, body=order),
        again := _try(backend, "POST", "/checkout", 201, "the same once more, same Idempotency-Key", key, body=order),
    ]
    same = first is not None and again is not None and first.json() == again.json()
    print(f"  {'✓' if same else '✗'} both answers name the same order: it was placed once")
    return same and all(checks)


def _try(
    backend: Backend,
    method: str,
    path: str,
    expected: int,
    what: str,
    headers: dict[str, str] | None = None,
    *,
    body: object = None,
) -> Response | None:
    """Send one request and print what came; the answer if it is the expected one, else None."""
    answer = request(method, backend.url + path, headers=headers, body=body)
    right = answer.status == expected
    shown = path if len(path) < 30 else path[:26] + "..."
    print(f"  {'✓' if right else '✗'} {method:<5} {shown:<30} {answer.status}  {what}")
    if not right:
        print(f"      expected {expected}; got {answer.body[:300]!r}")
    return answer if right else None


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RunError as problem:
        sys.exit(f"{problem}\n  {problem.advice}")
    except KeyboardInterrupt:
        sys.exit(130)
