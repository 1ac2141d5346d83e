"""An event that kills the worker again and again is parked, and the others go on."""

import json
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local.running import Running
from tests.waiting import eventually

pytestmark = pytest.mark.no_services

DEADLY = "projection.before_commit@orders"


@pytest.fixture
def shop() -> Iterator["Shop"]:
    home = Path(tempfile.mkdtemp(prefix="orders-crash-"))
    home.chmod(0o711)  # PostgreSQL's user passes through
    faults = home / "faults"
    faults.mkdir()
    running = Running(home / "var", FAULTS_DIR=str(faults))
    try:
        running.ready()
        yield Shop(running, faults)
    finally:
        running.end()
        shutil.rmtree(home, ignore_errors=True)


class Shop:
    def __init__(self, running: Running, faults: Path) -> None:
        self.faults = faults
        self._access = running.access()
        ada = {"name": "Ada", "email": "ada@example.org"}
        self._customer = self._ask("/api/customers", ada)["customerId"]

    def is_deadly(self) -> None:
        """Let the worker die of the next event."""
        (self.faults / DEADLY).write_text("kill")

    def is_harmless(self) -> None:
        (self.faults / DEADLY).unlink()

    def place(self) -> str:
        item = {"productId": "tea", "quantity": 1, "price": 1}
        order = {"customerId": self._customer, "items": [item]}
        return str(self._ask("/api/command/orders", order)["orderId"])

    def parked(self) -> int:
        return int(self._ask("/api/query/sync")["projections"][0]["parked"])

    def shows(self, order_id: str) -> bool:
        return bool(self._ask(f"/api/query/orders?ids={order_id}"))

    def deaths(self) -> int:
        return len(list(self.faults.glob("*.fired")))

    def _ask(self, path: str, body: Any = None) -> Any:
        asked = urllib.request.Request(
            self._access["url"] + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self._access['token']}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(asked, timeout=5) as answer:
            return json.load(answer)


def test_after_five_deaths_the_order_is_parked_and_the_next_one_is_shown(
    shop: Shop,
) -> None:
    before = shop.place()
    eventually(lambda: shop.shows(before), 20)

    shop.is_deadly()
    deadly = shop.place()
    for deaths in range(1, 6):
        eventually(lambda wanted=deaths: shop.deaths() == wanted, 20)
        shop.is_deadly()

    eventually(shop.parked, 20)
    assert shop.deaths() == 5  # the last fault lies there still: nothing is tried now
    shop.is_harmless()
    after = shop.place()
    eventually(lambda: shop.shows(after))
    assert not shop.shows(deadly)
