"""What one event costs the projector, and one order `verify`, as the shop grows.

A figure that grows with the orders tells of an index that is missing, or of a fold
over more than it needs.
"""

import json
import time
from collections.abc import Sequence

from bench import commands, results, sizes
from bench.figures import PRODUCT, Figure
from bench.loading import Shop, loaded
from bench.projecting import step_to_the_end
from bench.sizes import Size
from bench.stage import Stage, stage

SMALLEST = 10_000


def measured(size: Size) -> list[Figure]:
    """Return what `grown` does, of a shop that is loaded for it."""
    with stage() as made:
        return grown(made, loaded(made, size.orders), size)


def grown(made: Stage, largest: Shop, size: Size) -> list[Figure]:
    """Return the µs of an event and of an order, at each size up to the largest."""
    events: dict[str, list[float]] = {}
    orders: dict[str, list[float]] = {}
    for number in steps(largest.orders):
        is_largest = number == largest.orders
        shop = largest if is_largest else loaded(made, number, name="smaller")
        scene = _Scene(made, shop, size.events)
        name = f"with {number:,} orders"
        events[name] = [scene.event() * 1e6 for _ in range(size.rounds)]
        orders[name] = [scene.verified() * 1e6 for _ in range(size.rounds)]
        print(name, flush=True)
    return [
        _figure("projector, live, for an event", events),
        _figure("verify, for an order", orders),
    ]


def main(arguments: Sequence[str]) -> None:
    size = sizes.parsed("growth", arguments)
    results.tell("growth", size, measured(size))


def steps(orders: int) -> list[int]:
    """Return the sizes: ten times as many each time, up to the wanted one."""
    found = [orders]
    while found[0] >= 10 * SMALLEST:
        found.insert(0, found[0] // 10)
    return found


def _figure(what: str, seen: dict[str, list[float]]) -> Figure:
    """Let the largest shop be the product: the others are what it is held against."""
    largest = next(reversed(seen))
    samples = {PRODUCT: seen[largest]}
    samples |= {name: values for name, values in seen.items() if name != largest}
    return Figure(
        what=f"{what}, {largest}", unit="µs", samples=samples, more_is_better=False
    )


class _Scene:
    """A shop of one size, and events in its log that are not projected yet."""

    def __init__(self, made: Stage, shop: Shop, events: int) -> None:
        from bench import traffic  # noqa: PLC0415 - they need the settings
        from orders_command import feed  # noqa: PLC0415

        self._stage, self._orders = made, shop.orders
        self._command = made.fresh("busy", like=shop.command)
        self._query = shop.query
        made.use(command=self._command, query=self._query)
        before = feed.head()
        traffic.happen(events)
        self._events = feed.head() - before
        self.event()  # the first time is another one's: imports, caches

    def event(self) -> float:
        """Return the seconds that one event takes."""
        turn = self._stage.fresh("turn", like=self._query)
        self._stage.use(command=self._command, query=turn)
        self._stage.connect()
        began = time.perf_counter()
        step_to_the_end()
        return (time.perf_counter() - began) / self._events

    def verified(self) -> float:
        """Return the seconds that one order takes, without Python's start."""
        environment = self._stage.environment(command=self._command, query="turn")
        ran = commands.run("verify", "--json", environment=environment)
        report = json.loads(ran.lines[-1][1])
        assert not report["differences"], report
        return float(report["seconds"]) / self._orders
