"""Requests over HTTP: the product with everything on, the plain peer, and the limit.

All serve the same orders at the same time from the same machine and are asked in turn,
each in each round. CPU is told by part: the party's web processes, and PostgreSQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from uuid import UUID

import psycopg

from bench import loading, parts, results, sizes
from bench.client import Load, load
from bench.figures import PRODUCT, Aim, Figure, percentile, shown, table
from bench.parties import AT_ONCE, LIMIT, PLAIN, Party, parties
from bench.peers import raw_writes
from bench.running import running_system
from bench.sizes import Size
from bench.system import System

LIST, ONE, CREATE, CONFIRM = (
    "newest 50 of a customer",
    "one order",
    "a new order of 3 items",
    "confirming",
)
AIMS = {
    LIST: {PLAIN: Aim(floor=8, aim=12), LIMIT: Aim(aim=0.5)},
    ONE: {PLAIN: Aim(floor=4, aim=6), LIMIT: Aim(aim=0.35)},
    CREATE: {PLAIN: Aim(floor=3, aim=4), LIMIT: Aim(aim=0.7)},
    CONFIRM: {PLAIN: Aim(floor=2, aim=3)},
}
ASKED_FOR = 200  # different orders, and customers
AT_MOST = 3_000  # requests a second that are made ready


@dataclass(kw_only=True)
class Turns:
    """What one party came to at one kind of work, by round."""

    loads: list[Load] = field(default_factory=list)
    cpu_ms: dict[str, list[float]] = field(default_factory=dict)

    def row(self) -> list[str]:
        times = [t * 1000 for load in self.loads for t in load.times]
        return [
            shown(median(load.rate for load in self.loads)),
            *(shown(percentile(times, cent)) for cent in (50, 90, 99)),
            *(shown(median(self.cpu_ms[part])) for part in ("web", "postgresql")),
            shown(median(self.cpu_ms["worker"])),
        ]


@dataclass(kw_only=True)
class Serving:
    turns: dict[tuple[str, str], Turns] = field(default_factory=dict)
    raw: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    memory_mb: dict[str, float] = field(default_factory=dict)

    def figures(self) -> list[Figure]:
        return [self._figure(work) for work in AIMS]

    def rounds(self) -> dict[str, Any]:
        """Return what each round came to."""
        return {
            f"{work}: {party}": {
                "p50_ms": [percentile(load.times, 50) * 1e3 for load in turns.loads],
                "p99_ms": [percentile(load.times, 99) * 1e3 for load in turns.loads],
                "cpu_ms": turns.cpu_ms,
            }
            for (work, party), turns in self.turns.items()
        }

    def _figure(self, work: str) -> Figure:
        samples = {
            party: [load.rate for load in turns.loads]
            for (done, party), turns in self.turns.items()
            if done == work
        }
        samples |= self.raw.get(work, {})
        return Figure(what=work, unit="/s", samples=samples, aims=AIMS[work])

    def tables(self) -> str:
        head = ["work", "party", "a second", "p50, ms", "p90", "p99"]
        head += ["web's CPU, ms", "PostgreSQL's", "worker's"]
        rows = [[*key, *turns.row()] for key, turns in self.turns.items()]
        memory = [[party, f"{mb:.0f} MB"] for party, mb in self.memory_mb.items()]
        return f"{table(head, rows)}\n\n{table(['web processes', 'memory'], memory)}"


def measured(size: Size) -> Serving:
    """Let each party have its turn at each kind of work, once a round."""
    with running_system() as system:
        loading.import_into(system, size.orders)
        with system.superuser("query") as server:
            server.execute("vacuum analyze")
        return served(system, size)


def served(system: System, size: Size) -> Serving:
    """Measure on a system that holds its orders."""
    found = Serving()
    scene = Scene(system)
    with parties(system) as all_:
        for party in all_:  # nobody pays for the first time
            _turn(system, party, scene.requests(party, LIST), 1.0)
            _turn(system, party, scene.requests(party, ONE), 1.0)
        for number in range(size.rounds):
            turned = all_[number % len(all_) :] + all_[: number % len(all_)]
            for work in (LIST, ONE):
                for party in turned:
                    requests = scene.requests(party, work)
                    _note(found, work, party, system, requests, size.seconds)
            for party in turned:
                _write(found, party, system, scene, size.seconds)
            _raw(found, system, scene, size.seconds)
            print(f"round {number + 1} of {size.rounds}", flush=True)
        found.memory_mb = {party.name: party.memory_mb() for party in all_}
    return found


def main(arguments: Sequence[str]) -> None:
    size = sizes.parsed("serving", arguments)
    found = measured(size)
    results.tell("serving", size, found.figures(), found.tables(), more=found.rounds())


class Scene:
    """What is asked for: the same orders and customers of every party."""

    def __init__(self, system: System) -> None:
        with psycopg.connect(system.urls["QUERY_DATABASE_URL"]) as query:
            orders = query.execute(_SOME_ORDERS, [ASKED_FOR]).fetchall()
            customers = query.execute(_SOME_CUSTOMERS, [ASKED_FOR]).fetchall()
        self.orders = [str(order) for (order,) in orders]
        self.customers = [str(customer) for (customer,) in customers]

    def requests(self, party: Party, work: str) -> list[bytes]:
        ask, ids = {
            LIST: (party.newest, self.customers),
            ONE: (party.one, self.orders),
        }[work]
        return [ask(wanted) for wanted in ids]


def _write(
    found: Serving, party: Party, system: System, scene: Scene, seconds: float
) -> None:
    """Let orders be placed, and these be confirmed."""
    if party.create is None or party.confirm is None:
        return
    number = int(seconds * AT_MOST)
    creates = [
        party.create(scene.customers[n % len(scene.customers)]) for n in range(number)
    ]
    placed = _note(found, CREATE, party, system, creates, seconds, repeats=False)
    confirms = [party.confirm(order) for order in placed.ids]
    _note(found, CONFIRM, party, system, confirms, seconds, repeats=False)


def _raw(found: Serving, system: System, scene: Scene, seconds: float) -> None:
    for name, at_once in ((LIMIT, False), (AT_ONCE, True)):
        rates = raw_writes.rates(
            system.urls["DATABASE_OWNER_URL"],
            [UUID(customer) for customer in scene.customers],
            processes=2,
            seconds=seconds,
            at_once=at_once,
        )
        for work, rate in zip((CREATE, CONFIRM), rates, strict=True):
            found.raw.setdefault(work, {}).setdefault(name, []).append(rate)
        loading.wait_until_level(system)


def _note(  # noqa: PLR0917 - who does what, how long
    found: Serving,
    work: str,
    party: Party,
    system: System,
    requests: list[bytes],
    seconds: float,
    *,
    repeats: bool = True,
) -> Load:
    done, cpu_ms = _turn(system, party, requests, seconds, repeats=repeats)
    turns = found.turns.setdefault((work, party.name), Turns())
    turns.loads.append(done)
    for part, ms in cpu_ms.items():
        turns.cpu_ms.setdefault(part, []).append(ms)
    return done


def _turn(
    system: System,
    party: Party,
    requests: list[bytes],
    seconds: float,
    *,
    repeats: bool = True,
) -> tuple[Load, dict[str, float]]:
    before = _used(system, party)
    done = load(party.port, requests, seconds=seconds, repeats=repeats)
    if done.refused:
        raise SystemExit(f"{party.name} has refused: {done.refused[0]!r}")
    loading.wait_until_level(system)  # the worker's part is the command's too
    after = _used(system, party)
    number = len(done.times)
    return done, {part: (after[part] - before[part]) * 1e3 / number for part in after}


def _used(system: System, party: Party) -> dict[str, float]:
    pids = [] if party.name == PRODUCT else party.pids
    used = parts.cpu_seconds(system, pids, name="peer")
    return {
        "web": used[parts.WEB if party.name == PRODUCT else "peer"],
        "postgresql": used[parts.PRIMARY] + parts.replicas(used),
        "worker": used[parts.WORKER] + used[parts.VALKEY],
    }


_SOME_ORDERS = """
select order_id from orders_query_orderreadmodel tablesample system (5)
where item_count = 3 limit %s
"""
_SOME_CUSTOMERS = """
select customer_id from orders_query_customertotals where order_count >= 50
order by md5(customer_id::text) limit %s
"""
