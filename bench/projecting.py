"""The projector, live: batches of 500 events into all tables with their indexes.

Beside it the eventsourcing library's projection of the same events into two plain
tables, and the very rows that the product leaves, written by hand.
"""

import time
from collections.abc import Sequence

from bench import results, sizes
from bench.figures import PRODUCT, Aim, Figure
from bench.loading import Shop, loaded
from bench.peers import by_hand
from bench.sizes import Size
from bench.stage import Stage, stage

BATCH = 500
LIBRARY, BY_HAND = "eventsourcing", "by hand"


def measured(size: Size) -> list[Figure]:
    """Return what `projected` does, of a shop that is loaded for it."""
    with stage() as made:
        return projected(made, loaded(made, size.orders), size)


def projected(made: Stage, shop: Shop, size: Size) -> list[Figure]:
    """Return events a second of each party, and the product's own CPU for one."""
    scene = _Scene(made, shop, size.events)
    samples: dict[str, list[float]] = {PRODUCT: [], LIBRARY: [], BY_HAND: []}
    cpu: list[float] = []
    for turn in range(size.rounds):
        seconds, busy = scene.product()
        samples[PRODUCT].append(scene.events / seconds)
        cpu.append(busy / scene.events * 1e6)
        samples[LIBRARY].append(scene.events / scene.library())
        samples[BY_HAND].append(scene.events / scene.rows_alone())
        print(f"round {turn + 1} of {size.rounds}", flush=True)
    scene.close()
    aims = {LIBRARY: Aim(floor=8, aim=12), BY_HAND: Aim(aim=0.6)}
    return [
        Figure(what="projector, live", unit="events/s", samples=samples, aims=aims),
        Figure(
            what="projector's CPU for an event",
            unit="µs",
            samples={PRODUCT: cpu},
            more_is_better=False,
        ),
    ]


def main(arguments: Sequence[str]) -> None:
    size = sizes.parsed("projector", arguments)
    results.tell("projector", size, measured(size))


class _Scene:
    """A shop with orders, and events in the log that no party has seen yet."""

    def __init__(self, made: Stage, shop: Shop, events: int) -> None:
        from bench import traffic  # noqa: PLC0415 - they need the settings
        from bench.peers import eventsourced  # noqa: PLC0415
        from orders_command import feed  # noqa: PLC0415

        self._stage = made
        self._command = made.fresh("busy", like=shop.command)
        self._query = shop.query
        made.use(command=self._command, query=self._query)
        before = feed.head()
        traffic.happen(events)
        self.events = feed.head() - before
        self._library = eventsourced.Library(made)
        self._library.record(feed.settled(after=before, up_to=feed.head()))
        self._batches = self._recorded()

    def product(self) -> tuple[float, float]:
        """Return the seconds and the CPU seconds that the product takes."""
        self._fresh()
        began, cpu = time.perf_counter(), time.process_time()
        step_to_the_end()
        return time.perf_counter() - began, time.process_time() - cpu

    def rows_alone(self) -> float:
        database = self._stage.fresh("turn", like=self._query)
        with self._stage.owner(database) as connection:
            began = time.perf_counter()
            for batch in self._batches:
                by_hand.write(connection, batch)
            seconds = time.perf_counter() - began
            assert by_hand.digest(connection) == self._digest, "Other rows by hand."
            return seconds

    def library(self) -> float:
        return self._library.project()

    def close(self) -> None:
        self._library.close()

    def _fresh(self) -> str:
        database = self._stage.fresh("turn", like=self._query)
        self._stage.use(command=self._command, query=database)
        self._stage.connect()
        return database

    def _recorded(self) -> list[by_hand.Batch]:
        """Let the product work once, and keep the rows that each batch leaves."""
        with self._stage.owner(self._fresh()) as connection:
            recorder = by_hand.Recorder(connection)
            recorder.begin()
            step_to_the_end(recorder.keep)
            self._digest = by_hand.digest(connection)
            return recorder.batches


def step_to_the_end(after_each: object = None) -> None:
    """Do as `catch_up` does, but in batches of 500 and without lingering."""
    from orders_query import projector  # noqa: PLC0415

    begun: set[str] = set()
    reading = projector.Reading()
    worked = True
    while worked:
        worked = False
        for name in projector.PROJECTIONS:
            done = projector.step(
                name,
                limit=BATCH,
                has_begun=name in begun,
                goes_on=True,
                reading=reading,
            )
            worked = worked or done.applied > 0
            if done.applied:
                begun.add(name)
        if worked and callable(after_each):
            after_each()
    for name in begun:
        projector.end_try(name)
