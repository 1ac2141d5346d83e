"""What an installation needs for so many orders a second, from what one order takes.

docs/scaling.md shows the arithmetic; this is the same in code, so that a run fills it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.figures import shown, table

EVENTS = 4  # of an order's life: created, confirmed, shipped, delivered
READS = 20  # of an order: half of them lists of fifty, half single orders
BUSY = 0.6  # of a core; beyond that, queues grow
RATES = (100, 1_000, 10_000)
DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Costs:
    """ms of CPU of each part, bytes, and events a second of one projector."""

    life_web: float  # of one order with all its commands
    life_command: float
    read_web: float  # the middle of a list and a single order
    read_replica: float
    event_worker: float
    event_primary: float
    life_replay: float
    events_per_second: float
    life_command_wal: float
    life_query_wal: float
    order_command_disk: float
    order_query_disk: float


def reckoned(costs: Costs, rates: Sequence[int] = RATES) -> str:
    """Return the table of needs, one column for each rate."""
    columns = [needs(costs, rate) for rate in rates]
    rows = [[name, *(column[name] for column in columns)] for name in columns[0]]
    return table(["needed for", *(f"{rate:,} orders/s" for rate in rates)], rows)


def needs(costs: Costs, rate: int) -> dict[str, str]:
    """Return what so many orders a second need, by name."""
    events, reads = EVENTS * rate, READS * rate
    web = rate * costs.life_web + reads * costs.read_web
    replicas = reads * costs.read_replica
    replay = rate * costs.life_replay / 1000
    return {
        "commands a second": f"{events:,}",
        "reads a second": f"{reads:,}",
        "cores for web processes": cores(web),
        "cores of the command primary": cores(rate * costs.life_command),
        "cores of the read primary": cores(events * costs.event_primary),
        "cores of projectors": cores(events * costs.event_worker),
        "projector lanes": str(lanes(events, costs.events_per_second)),
        "cores of all replicas, for reads": cores(replicas),
        "of each replica's one replaying core": f"{replay:.0%}",
        "WAL, command side": _bytes(rate * costs.life_command_wal),
        "WAL, read side, to each replica": _bytes(rate * costs.life_query_wal),
        "log and state, a day": _bytes(rate * costs.order_command_disk * DAY, ""),
        "read tables, a day": _bytes(rate * costs.order_query_disk * DAY, ""),
    }


def cores(ms_a_second: float) -> str:
    """Return how many cores do so much work and stay free enough to answer."""
    return shown(math.ceil(ms_a_second / 1000 / BUSY * 10) / 10)


def lanes(events: float, events_per_second: float) -> int:
    """Return how many projectors side by side keep up."""
    return math.ceil(events / (events_per_second * BUSY))


def _bytes(number: float, per: str = "/s") -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{shown(number)} {unit}{per}"
        number /= 1000
    return f"{shown(number)} TB{per}"
