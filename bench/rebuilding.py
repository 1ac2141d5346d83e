"""`manage.py rebuild orders` beside binary COPY of the rows that it leaves.

COPY fills empty tables of the same shape, and makes all their indexes afterwards.
"""

import time
from collections.abc import Sequence

from bench import commands, results, sizes
from bench.figures import PRODUCT, Aim, Figure
from bench.loading import Shop, loaded
from bench.peers import copying
from bench.sizes import Size
from bench.stage import Stage, stage

COPY = "binary COPY"
TABLES = (
    "orders_query_orderreadmodel",
    "orders_query_orderhistory",
    "orders_query_orderversion",
    "orders_query_customertotals",
    "orders_query_statuscounts",
)


def measured(size: Size) -> list[Figure]:
    """Return what `rebuilt` does, of a shop that is loaded for it."""
    with stage() as made:
        return rebuilt(made, loaded(made, size.orders), size.rounds)


def rebuilt(made: Stage, shop: Shop, rounds: int) -> list[Figure]:
    """Return events a second: until the indexes are made, and until it serves."""
    filled: dict[str, list[float]] = {PRODUCT: [], COPY: []}
    serving: dict[str, list[float]] = {PRODUCT: []}
    memory: list[float] = []
    scene = _Scene(made, shop)
    for turn in range(rounds):
        ran = scene.rebuilt()
        # What comes before is the filling and the indexes, and Python's start.
        filled[PRODUCT].append(scene.events / ran.seconds_until("comparing"))
        serving[PRODUCT].append(scene.events / ran.seconds)
        memory.append(ran.peak_mb)
        filled[COPY].append(scene.events / scene.copied())
        print(f"round {turn + 1} of {rounds}", flush=True)
    what = f"rebuild of {shop.orders:,} orders"
    return [
        Figure(what=what, unit="events/s", samples=filled, aims={COPY: Aim(aim=0.35)}),
        Figure(what="… with comparison, proof, swap", unit="events/s", samples=serving),
        Figure(
            what="… memory", unit="MB", samples={PRODUCT: memory}, more_is_better=False
        ),
    ]


def main(arguments: Sequence[str]) -> None:
    size = sizes.parsed("rebuild", arguments)
    results.tell("rebuild", size, measured(size))


class _Scene:
    """A shop whose read tables are to be made anew, and their rows in files."""

    def __init__(self, made: Stage, shop: Shop) -> None:
        from orders_command import feed  # noqa: PLC0415 - it needs the settings

        self._stage = made
        made.use(command=shop.command, query=shop.query)
        self.events = feed.head()
        self._environment = made.environment(command=shop.command, query=shop.query)
        self._folder = made.servers.var_dir / "rows"
        with made.owner(shop.query) as connection:
            self._tables = copying.columns_of(connection, TABLES)
            copying.taken_out(connection, self._tables, self._folder)

    def rebuilt(self) -> commands.Ran:
        ran = commands.run("rebuild", "orders", environment=self._environment)
        commands.run(
            "rebuild", "orders", "--drop-previous", environment=self._environment
        )
        return ran

    def copied(self) -> float:
        """Return the seconds that COPY and the indexes take."""
        database = self._stage.fresh("copied", like="query")
        with self._stage.owner(database) as connection:
            connection.execute(f"truncate {', '.join(TABLES)}")
            began = time.perf_counter()
            with copying.indexes_last(connection, TABLES):
                copying.brought_in(connection, self._tables, self._folder)
            return time.perf_counter() - began
