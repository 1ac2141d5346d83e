"""What docs/scaling.md reckons with: throughput by web processes and replicas, and the
CPU, the WAL and the disk that one read, one command and one order take of each part.

All runs on one machine, so throughput ends where its cores end; the CPU of each part
does not depend on that, and is what larger installations are reckoned from.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from statistics import median

import psycopg

from bench import loading, parts, results, sizes
from bench.figures import shown, table
from bench.reckoning import Costs, reckoned
from bench.running import running_system
from bench.sizes import Size
from bench.system import Client, System
from bench.weighing import Weights, weighed
from config.local import application
from config.local.console import Console
from config.local.ports import free_ports
from config.local.supervisor import Supervisor

REPLICAS = 2
CLIENTS = 4
STEPS = ("confirm", "ship", "deliver")
# Web processes and replicas that they know of.
SETTINGS = ((1, 1), (2, 1), (2, 0), (2, 2))
PARTS = (parts.WEB, parts.PRIMARY, "replicas", parts.WORKER, parts.VALKEY, "clients")
Ask = Callable[[Client], object]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """How many a second there were, and the ms of CPU that one took of each part."""

    rate: float
    cpu_ms: dict[str, float]


@dataclass(kw_only=True)
class Scaling:
    turns: dict[tuple[str, int, int], list[Turn]] = field(default_factory=dict)
    weights: Weights | None = None

    def table(self) -> str:
        """Return a row for each work and setting; the middle of all rounds."""
        head = ["work", "web", "replicas", "a second", *(f"{p}, ms" for p in PARTS)]
        rows = [
            [work, str(web), str(replicas), shown(median(t.rate for t in turns))]
            + [shown(median(t.cpu_ms[part] for t in turns)) for part in PARTS]
            for (work, web, replicas), turns in self.turns.items()
        ]
        return table(head, rows)

    def costs(self) -> Costs:
        """Return what the arithmetic of larger installations needs."""
        assert self.weights is not None
        life = self._cpu("an order's life")
        one, many = self._cpu("one order"), self._cpu("50 orders of a customer")
        weights = self.weights
        return Costs(
            life_web=life[parts.WEB],
            life_command=weights.command_ms,
            read_web=(one[parts.WEB] + many[parts.WEB]) / 2,
            read_replica=(one["replicas"] + many["replicas"]) / 2,
            event_worker=weights.worker_us / 1000,
            event_primary=weights.primary_us / 1000,
            life_replay=weights.replay_ms,
            events_per_second=weights.events_per_second,
            life_command_wal=weights.command_wal,
            life_query_wal=weights.query_wal,
            order_command_disk=weights.command_disk,
            order_query_disk=weights.query_disk,
        )

    def _cpu(self, work: str) -> dict[str, float]:
        """Return the ms of each part, with two web processes and one replica."""
        turns = self.turns[work, 2, 1]
        return {part: median(turn.cpu_ms[part] for turn in turns) for part in PARTS}


def measured(size: Size) -> Scaling:
    """Return what each kind of work takes with each setting, and what orders weigh."""
    found = Scaling()
    with running_system(replicas=REPLICAS, WEB_PROCESSES="1") as system:
        loading.import_into(system, size.orders)
        works = _works(system)
        for turn in range(size.rounds):
            for web, replicas in SETTINGS:
                with _web(system, web, replicas) as (served, pids):
                    for name, ask in works.items():
                        seen = _turn(served, pids, ask, size.seconds)
                        found.turns.setdefault((name, web, replicas), []).append(seen)
            print(f"round {turn + 1} of {size.rounds}", flush=True)
        found.weights = weighed(system, works["an order's life"])
    return found


def main(arguments: Sequence[str]) -> None:
    size = sizes.parsed("scaling", arguments)
    found = measured(size)
    assert found.weights is not None
    tables = found.table(), found.weights.table(), reckoned(found.costs())
    results.tell("scaling", size, [], "\n\n".join(tables))


def _works(system: System) -> dict[str, Ask]:
    with psycopg.connect(system.urls["QUERY_DATABASE_URL"]) as query:
        order, customer = query.execute(_SOME).fetchone() or ("", "")
    buyer = Client(system).customer()
    return {
        "one order": lambda client: _read(client, f"/api/query/orders/{order}"),
        "50 orders of a customer": lambda client: _read(
            client, f"/api/query/orders?customerId={customer}&limit=50"
        ),
        "a new order": lambda client: _order(client, buyer),
        "an order's life": partial(_live, buyer),
    }


def _read(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status == 200, answer.body


def _order(client: Client, customer: str) -> str:
    status, placed = client.order(customer)
    assert status == 201, placed
    return str(placed["orderId"])


def _live(customer: str, client: Client) -> None:
    order = _order(client, customer)
    for step in STEPS:
        status, answer = client.post(f"/api/command/orders/{order}/{step}", {})
        assert status == 200, answer


@contextmanager
def _web(
    system: System, processes: int, replicas: int
) -> Iterator[tuple[System, list[int]]]:
    """Serve the same databases by web processes that know so many of the replicas."""
    known = system.urls["QUERY_REPLICA_URLS"].split(",")[:replicas]
    addresses = {
        **system.urls,
        "QUERY_REPLICA_URLS": ",".join(known),
        "WEB_PROCESSES": str(processes),
    }
    environment = application.environment(system.var_dir, addresses)
    port = free_ports(1)[0]
    supervisor = Supervisor(Console())
    try:
        supervisor.start(application.web(environment, port=port))
        pids = [child.process.pid for child in supervisor.children()]
        yield replace(system, port=port), pids
    finally:
        supervisor.end()


def _turn(system: System, web: list[int], ask: Ask, seconds: float) -> Turn:
    """Let all clients ask as fast as they are answered."""
    clients = [Client(system) for _ in range(CLIENTS)]
    for client in clients:
        ask(client)
    loading.wait_until_level(system)
    before, own = parts.cpu_seconds(system, web), time.process_time()
    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        done = sum(pool.map(partial(_asking, ask, began + seconds), clients))
    took, own = time.perf_counter() - began, time.process_time() - own
    loading.wait_until_level(system)  # the worker's part is theirs too
    after = parts.cpu_seconds(system, web)
    used = {part: after[part] - before[part] for part in after}
    used |= {"replicas": parts.replicas(used), "clients": own}
    return Turn(
        rate=done / took,
        cpu_ms={part: used[part] * 1000 / done for part in PARTS},
    )


def _asking(ask: Ask, until: float, client: Client) -> int:
    done = 0
    while time.perf_counter() < until:
        ask(client)
        done += 1
    return done


_SOME = """
select (array_agg(order_id))[1], customer_id from orders_query_orderreadmodel
group by customer_id having count(*) >= 50 order by count(*) limit 1
"""
