"""Old and new code side by side on one database: nobody notices an upgrade."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from uuid import uuid4

import pytest

from config.local.application import ROOT
from tests.upgrade import versions
from tests.upgrade.rolling import Release, home, servers
from tests.waiting import eventually

pytestmark = [pytest.mark.no_services, pytest.mark.timeout(400)]
READY_LAG_SECONDS = 2.0  # small, but a busy machine is not late by it
Shop = tuple[Release, Release, str]


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """Return the release before, which serves, this one, and a customer."""
    try:
        commit = versions.before()
    except versions.NoHistory as why:
        pytest.skip(f"there is nothing to upgrade from: {why}")
    with (
        home() as folder,
        servers(folder) as environment,
        (folder / "releases.log").open("w") as log,
    ):
        environment["READY_LAG_SECONDS"] = f"{READY_LAG_SECONDS}"
        old = Release(
            folder=versions.unpacked(commit, folder / "old"),
            environment=environment,
            log=log,
        )
        new = Release(folder=ROOT, environment=environment, log=log)
        try:
            old.migrate()
            access = json.loads(old.run("demo_access").splitlines()[-1])
            old.token = new.token = access["token"]
            old.start()
            person = {"name": "Ada Lovelace", "email": "ada@example.org"}
            _, _, customer = old.ask("POST", "/api/customers", person)
            yield old, new, customer["customerId"]
        finally:
            old.end()
            new.end()


def test_an_upgrade_there_and_back_and_there_again(shop: Shop) -> None:
    old, new, customer_id = shop
    orders: dict[str, str] = {}

    with traffic(old, customer_id, orders) as answers:
        new.migrate()
    assert answers.keys() == {200, 201}, answers
    stays_ready(old, customer_id)

    new.start("web")  # before its worker, as one should not
    amended = what_is_new(old, new, customer_id)
    orders[amended] = "CONFIRMED"
    new.start("worker", "beat")
    for first, second in ((old, new), (new, old)) * 3:
        order_id = in_turn(first, second, customer_id)
        orders[order_id] = "DELIVERED"

    new.end()  # the code goes back, the tables stay
    for _ in range(3):
        order_id = in_turn(old, old, customer_id)
        orders[order_id] = "DELIVERED"
    stays_ready(old, customer_id)

    new.start()
    old.end()

    row = eventually(lambda: whole(new, amended), 30, every=0.1)
    assert row["items"][0]["productId"] == "sugar"
    for order_id, status in orders.items():
        found, _, order = new.ask("GET", f"/api/query/orders/{order_id}")
        assert (found, order["status"]) == (200, status)
    assert len(orders) > 9
    assert "0 differences" in new.run("verify")


def in_turn(first: Release, second: Release, customer_id: str) -> str:
    """Take an order through its life, each step where the last one was not taken."""
    key = str(uuid4())
    status, _, order = first.place(customer_id, key)
    again, replayed, same = second.place(customer_id, key)
    assert (status, again, same) == (201, 201, order)
    assert replayed["idempotency-replayed"] == "true"
    order_id = str(order["orderId"])
    writes, reads = second, first
    for step, state in (
        ("confirm", "CONFIRMED"),
        ("ship", "SHIPPED"),
        ("deliver", "DELIVERED"),
    ):
        status, told, answer = writes.step(order_id, step)
        assert (status, answer["status"]) == (200, state)
        found, _, seen = reads.read(order_id, told["consistency-token"])
        assert (found, seen["status"]) == (200, state)
        assert seen["note"] == "at the back door"
        writes, reads = reads, writes
    return order_id


def stays_ready(release: Release, customer_id: str) -> None:
    """Look whether it serves when what nobody has moved on is older than it may be."""
    _, told, order = release.place(customer_id)
    placed_at = time.monotonic()
    found, _, _ = release.read(order["orderId"], told["consistency-token"])
    assert found == 200

    eventually(lambda: time.monotonic() - placed_at > READY_LAG_SECONDS + 1, every=0.1)

    status, _, answer = release.ask("GET", "/healthz/ready")
    assert status == 200, answer


def what_is_new(old: Release, new: Release, customer_id: str) -> str:
    """Let an event be written that an old worker may not know, and confirm by old."""
    _, _, order = old.place(customer_id)
    order_id = str(order["orderId"])
    status, told, _ = new.amend(order_id)
    found, _, seen = new.read(order_id, told["consistency-token"])
    assert (status, found) == (200, 200)
    assert seen["items"][0]["productId"] == "sugar"
    status, _, answer = old.step(order_id, "confirm")
    assert (status, answer["status"]) == (200, "CONFIRMED")
    return order_id


def whole(release: Release, order_id: str) -> Any:
    """Return an order from the read tables, nothing while an event of it is parked."""
    status, _, order = release.ask("GET", f"/api/query/orders/{order_id}")
    assert status == 200
    return None if "parked" in order or order["status"] == "PENDING" else order


class traffic:  # noqa: N801 - used as a context
    """Places, confirms and reads orders, one after the other, until it is left."""

    def __init__(
        self, release: Release, customer_id: str, orders: dict[str, str]
    ) -> None:
        self._work: Callable[[], None] = lambda: self._go(release, customer_id, orders)
        self._is_over = Event()
        self._pool = ThreadPoolExecutor(1)
        self.answers: Counter[int] = Counter()

    def __enter__(self) -> Counter[int]:
        self._job = self._pool.submit(self._work)
        return self.answers

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._job.result(60)
        self._pool.shutdown()

    def _go(self, release: Release, customer_id: str, orders: dict[str, str]) -> None:
        while not self._is_over.is_set():
            status, _, order = release.place(customer_id)
            self.answers[status] += 1
            if status != 201:
                continue
            confirmed, told, _ = release.step(order["orderId"], "confirm")
            self.answers[confirmed] += 1
            orders[order["orderId"]] = "CONFIRMED"
            found, _, _ = release.read(order["orderId"], told["consistency-token"])
            self.answers[found] += 1
