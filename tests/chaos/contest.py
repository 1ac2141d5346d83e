"""Many writers who want the same order, one order after another."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.chaos.clients import Client
from tests.chaos.history import OK

# Each writer wants one of these, all at once; of each round exactly one is carried out.
ROUNDS = (("confirm", "cancel"), ("ship", "cancel"), ("deliver",))
TOGETHER_WITHIN = 120.0


def contest(
    new_client: Callable[[str], Client], *, orders: int, writers: int
) -> Callable[[], None]:
    """Place the orders, and return the work of contesting them all."""
    first = new_client("contest")
    placed = [first.place(key=first.new_id()) for _ in range(orders)]
    contested = [order.stream_id for order in placed if order.outcome == OK]
    clients = [new_client(f"contestant {n}") for n in range(writers)]

    def work() -> None:
        with ThreadPoolExecutor(writers) as pool:
            start = threading.Barrier(writers)
            for done in [pool.submit(_fight, c, contested, start) for c in clients]:
                done.result()

    return work


def _fight(client: Client, orders: list[str], start: threading.Barrier) -> None:
    for order_id in orders:
        for version, wanted in enumerate(ROUNDS, 1):
            start.wait(TOGETHER_WITHIN)
            how = client.chance.choice(wanted)
            has_condition = client.chance.random() < 0.5
            condition = {"If-Match": f'"{version}"'} if has_condition else {}
            path = f"/api/command/orders/{order_id}/{how}"
            client.write(how, "POST", path, key=client.maybe_key(), **condition)
