"""What pgbouncer takes and gives: many web processes with it, and without it.

One of the two serves at a time, since idle connections weigh on everybody.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

import psutil

from bench import loading, sizes
from bench.client import load, request
from bench.figures import percentile, shown, table
from bench.serving import Scene
from bench.sizes import Size
from bench.system import System
from config.local import application, postgres, processes
from config.local.console import Console
from config.local.embedded import Embedded, embedded
from config.local.ports import free_ports
from config.local.postgres import Server
from config.local.supervisor import Supervisor
from tests.doors.pgbouncer import pgbouncer, version

PROCESSES = 16
POOL = 8  # connections to each database
DIRECT, POOLED = "direct", "pgbouncer"
LIST, CREATE = "newest 50 of a customer", "a new order of 3 items"
AT_MOST = 3_000  # new orders a second that are made ready
BACKENDS = """
select count(*) from pg_stat_activity
where backend_type = 'client backend' and usename like 'orders_%'
"""


@dataclass(frozen=True)
class Stage:
    servers: Embedded
    system: System


@dataclass(kw_only=True)
class Turns:
    """What one way came to at one kind of work, by round."""

    rates: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    primary: list[int] = field(default_factory=list)  # its connections
    replica: list[int] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)  # of both servers

    def row(self) -> list[str]:
        return [
            shown(median(self.rates)),
            *(shown(percentile(self.times, cent) * 1e3) for cent in (50, 99)),
            shown(median(self.primary)),
            shown(median(self.replica)),
            shown(median(self.memory_mb)),
        ]


def main(arguments: Sequence[str]) -> None:
    size = sizes.parsed("pooling", arguments)
    with (
        tempfile.TemporaryDirectory(prefix="orders-bench-") as folder,
        _running(Path(folder)) as stage,
    ):
        loading.import_into(stage.system, size.orders)
        found = measured(stage, size)
    print(f"pgbouncer {'.'.join(map(str, version()))}, {PROCESSES} web processes\n")
    print(told(found))


def measured(stage: Stage, size: Size) -> dict[tuple[str, str], Turns]:
    found: dict[tuple[str, str], Turns] = {}
    requests = _requests(stage.system, size.seconds)
    for number in range(size.rounds):
        for way in (DIRECT, POOLED) if number % 2 else (POOLED, DIRECT):
            with _served(stage, way) as port:
                for work, asked in requests.items():
                    turns = found.setdefault((work, way), Turns())
                    _turn(Turns(), stage, port, asked, 1.0)
                    _turn(turns, stage, port, asked, size.seconds)
    return found


def told(found: dict[tuple[str, str], Turns]) -> str:
    head = ["work", "way", "a second", "p50, ms", "p99", "connections: primary"]
    head += ["replica", "memory of both, MB"]
    lines = [table(head, [[*key, *turns.row()] for key, turns in found.items()])]
    for work in (LIST, CREATE):
        pairs = zip(found[work, POOLED].rates, found[work, DIRECT].rates, strict=True)
        lines.append(f"{work}: {median(a / b for a, b in pairs):.2f} times the rate")
    return "\n\n".join(lines)


@contextmanager
def _running(var_dir: Path) -> Iterator[Stage]:
    """Run servers with room for many, a worker and a beat."""
    var_dir.chmod(0o711)
    servers = _roomy(embedded(var_dir))
    with (var_dir / "servers.log").open("w") as log:
        supervisor = Supervisor(Console(log))
        try:
            supervisor.start(*servers.first_stage())
            postgres.bootstrap(servers.primary)
            supervisor.start(*servers.second_stage())
            servers.announce()
            yield Stage(servers, _prepared(servers, supervisor))
        finally:
            supervisor.end()


def _prepared(servers: Embedded, supervisor: Supervisor) -> System:
    environment = application.environment(servers.var_dir, servers.environment())
    for database in ("default", "query"):
        supervisor.run(application.migrate(environment, database))
    supervisor.run(application.command(environment, "grant"))
    made = application.command(environment, "demo_access")
    access = json.loads(processes.run(made).splitlines()[-1])
    supervisor.start(application.worker(environment), application.beat(environment))
    return System(
        port=0,
        token=access["token"],
        urls=servers.environment(),
        var_dir=servers.var_dir,
        pid=os.getpid(),
    )


def _roomy(servers: Embedded) -> Embedded:
    room = {"max_connections": "1000"}
    return replace(
        servers,
        primary=replace(servers.primary, settings=room),
        replicas=tuple(replace(one, settings=room) for one in servers.replicas),
    )


@contextmanager
def _served(stage: Stage, way: str) -> Iterator[int]:
    urls = stage.servers.environment()
    with ExitStack() as served:
        if way == POOLED:
            folder = stage.system.var_dir / "pgbouncer"
            folder.mkdir(exist_ok=True)
            pool = served.enter_context(pgbouncer(urls, folder, pool=POOL))
            urls.update(pool.urls)
        yield served.enter_context(_web(stage.system, urls))


@contextmanager
def _web(system: System, urls: dict[str, str]) -> Iterator[int]:
    port = free_ports(1)[0]
    environment = {
        **application.environment(system.var_dir, urls),
        "WEB_PROCESSES": str(PROCESSES),
        "PREPARED_STATEMENTS": str(int(version() >= (1, 21))),
        **dict.fromkeys(("RATE_LIMIT_READS", "RATE_LIMIT_WRITES"), "0"),
    }
    with (system.var_dir / f"web-{port}.log").open("w") as log:
        supervisor = Supervisor(Console(log))
        try:
            supervisor.start(application.web(environment, port=port))
            yield port
        finally:
            supervisor.end()


def _requests(system: System, seconds: float) -> dict[str, list[bytes]]:
    """Return what is asked for: lists again and again, each new order once a round."""
    bearer = f"Bearer {system.token}"
    customers = Scene(system).customers
    newest = "/api/query/orders?limit=50&customerId="
    items = [{"productId": f"p{n}", "quantity": n, "price": 9.9} for n in (1, 2, 3)]
    placed = [
        json.dumps({"customerId": customer, "items": items}).encode()
        for customer in customers * (int(seconds * AT_MOST) // len(customers))
    ]
    return {
        LIST: [request("GET", f"{newest}{c}", token=bearer) for c in customers],
        CREATE: [
            request("POST", "/api/command/orders", token=bearer, body=body)
            for body in placed
        ],
    }


def _turn(
    turns: Turns, stage: Stage, port: int, asked: list[bytes], seconds: float
) -> None:
    done = load(port, asked, seconds=seconds)
    if done.refused:
        raise SystemExit(f"refused: {done.refused[0]!r}")
    servers = stage.servers.primary, stage.servers.replica
    turns.rates.append(done.rate)
    turns.times += done.times
    turns.primary.append(_connections(servers[0]))
    turns.replica.append(_connections(servers[1]))
    turns.memory_mb.append(sum(map(_memory_mb, servers)))
    loading.wait_until_level(stage.system)


def _connections(server: Server) -> int:
    with server.connect() as connection:
        row = connection.execute(BACKENDS.encode()).fetchone()
    return int(row[0]) if row else 0


def _memory_mb(server: Server) -> float:
    """Return what a server takes, what its processes share counted once."""
    pid = int((server.folder / "postmaster.pid").read_text().split()[0])
    leader = psutil.Process(pid)
    all_ = [leader, *leader.children(recursive=True)]
    return float(sum(process.memory_full_info().pss for process in all_)) / 1e6
