"""`manage.py import_orders` beside binary COPY of the rows that it leaves, and beside
the same orders placed and moved on through the API.

COPY writes into the same tables with all their constraints, indexes and triggers. The
API is asked for a sample of orders, by four clients that keep their connections; their
customers are there already.
"""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench import commands, loading, results, sizes
from bench.figures import PRODUCT, Aim, Figure
from bench.peers import copying
from bench.running import running_system
from bench.sizes import Size
from bench.stage import Stage, stage
from bench.system import Client, System

COPY, API = "binary COPY", "through the API"
TENTH = "a tenth of the orders"
TABLES = (
    "customers_customer",
    "orders_command_order",
    "orders_command_orderitem",
    "orders_command_event",
)
SENDERS = 4
SAMPLE = 200  # orders through the API in each round
STEPS = ("confirm", "ship", "deliver")  # of four orders in five, as in the file


def measured(size: Size) -> list[Figure]:
    """Return orders a second of each party, and the import's memory at two sizes."""
    speed: dict[str, list[float]] = {PRODUCT: [], COPY: [], API: []}
    memory: dict[str, list[float]] = {PRODUCT: [], TENTH: []}
    with stage() as made, running_system() as system:
        scene = _Scene(made, size)
        for turn in range(size.rounds):
            ran = scene.imported(size.orders)
            speed[PRODUCT].append(size.orders / ran.seconds)
            memory[PRODUCT].append(ran.peak_mb)
            memory[TENTH].append(scene.imported(size.orders // 10).peak_mb)
            speed[COPY].append(size.orders / scene.copied())
            speed[API].append(SAMPLE / through_the_api(system))
            print(f"round {turn + 1} of {size.rounds}", flush=True)
    what = f"import of {size.orders:,} orders"
    aims = {COPY: Aim(aim=0.25), API: Aim(aim=50)}
    return [
        Figure(what=what, unit="orders/s", samples=speed, aims=aims),
        Figure(what="… memory", unit="MB", samples=memory, more_is_better=False),
    ]


def main(arguments: Sequence[str]) -> None:
    size = sizes.parsed("import", arguments)
    results.tell("import", size, measured(size))


def through_the_api(system: System) -> float:
    """Return the seconds that a sample of orders takes with all its steps."""
    clients = threading.local()
    customer = Client(system).customer()

    def one(number: int) -> None:
        if not hasattr(clients, "one"):
            clients.one = Client(system)
        client: Client = clients.one
        status, placed = client.order(customer)
        assert status == 201, placed
        for step in STEPS if number % 5 else ():
            path = f"/api/command/orders/{placed['orderId']}/{step}"
            status, answer = client.post(path, {})
            assert status == 200, answer

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(one, range(SENDERS)))  # their connections, and warm caches
        began = time.perf_counter()
        list(pool.map(one, range(SAMPLE)))
        return time.perf_counter() - began


class _Scene:
    """Files with orders, empty databases to import them into, and their rows."""

    def __init__(self, made: Stage, size: Size) -> None:
        self._stage = made
        self._folder = made.servers.var_dir / "rows"
        for orders in (size.orders, size.orders // 10):
            loading.write_csv(self._file(orders), orders)
        self.imported(size.orders)
        with made.owner("turn") as connection:
            self._tables = copying.columns_of(connection, TABLES)
            copying.taken_out(connection, self._tables, self._folder)

    def imported(self, orders: int) -> commands.Ran:
        environment = self._stage.environment(
            command=self._stage.fresh("turn", like="command")
        )
        path = str(self._file(orders))
        return commands.run("import_orders", path, environment=environment)

    def copied(self) -> float:
        """Return the seconds that COPY takes, in one transaction."""
        database = self._stage.fresh("copied", like="command")
        with self._stage.owner(database) as connection:
            began = time.perf_counter()
            with connection.transaction():
                copying.brought_in(connection, self._tables, self._folder)
            return time.perf_counter() - began

    def _file(self, orders: int) -> Path:
        return self._stage.servers.var_dir / f"{orders}.csv"
