"""What orders weigh: WAL and disk on each side, and the projector at its utmost."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psycopg

from bench import loading, parts
from bench.figures import shown, table
from bench.system import Client, System
from bench.trouble import frozen

ORDERS = 1_000  # of four events, while the worker is stopped
CLIENTS = 4


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Per order and per event; WAL is that of orders with four events."""

    command_wal: float
    query_wal: float
    command_disk: float
    query_disk: float
    command_ms: float
    replay_ms: float
    events_per_second: float
    worker_us: float
    primary_us: float

    def table(self) -> str:
        rows = {
            "WAL of an order's life, command side": f"{self.command_wal:,.0f} B",
            "WAL of an order's life, read side": f"{self.query_wal:,.0f} B",
            "an order on disk, command side": f"{self.command_disk:,.0f} B",
            "an order on disk, read side": f"{self.query_disk:,.0f} B",
            "primary's CPU for its four commands alone": f"{self.command_ms:.2f} ms",
            "a replica's CPU to replay its life": f"{self.replay_ms:.2f} ms",
            "projector, working off": f"{shown(self.events_per_second)} events/s",
            "worker's CPU for an event then": f"{self.worker_us:.0f} µs",
            "primary's CPU for an event then": f"{self.primary_us:.0f} µs",
        }
        return table(["", "measured"], [list(row) for row in rows.items()])


@dataclass(frozen=True, kw_only=True)
class _Stand:
    """What has been used and written so far."""

    head: float
    wal: float
    replay: float
    cpu: dict[str, float]

    def of(self, part: str) -> float:
        return self.cpu[part]


def weighed(system: System, live: Callable[[Client], object]) -> Weights:
    """Let orders live while the worker is stopped, and then let it work them off."""
    with system.superuser("query") as query, system.superuser("command") as command:
        disk = _disk_of_an_order(query, command)
        _begin(query, command)
        _let_live(system, live)
        loading.wait_until_level(system)
        start = _stand(system, command)
        with frozen(parts.worker(system)):
            _let_live(system, live)
            middle = _stand(system, command)
            begins_at = _number(query, _FARTHEST)
        # A worker that was stopped has to be rung first: that is not its speed.
        began, first = _first_step(query, begins_at)
        loading.wait_until_level(system)
        speed = (middle.head - first) / (time.perf_counter() - began)
        _wait_for_replica(system, middle.head)
        end = _stand(system, command)
    return _weights(start, middle, end, disk=disk, speed=speed)


def _weights(
    start: _Stand,
    middle: _Stand,
    end: _Stand,
    *,
    disk: tuple[float, float],
    speed: float,
) -> Weights:
    events = middle.head - start.head
    return Weights(
        command_wal=(middle.wal - start.wal) / ORDERS,
        query_wal=(end.wal - middle.wal) / ORDERS,
        command_disk=disk[0],
        query_disk=disk[1],
        command_ms=(middle.of(parts.PRIMARY) - start.of(parts.PRIMARY)) * 1e3 / ORDERS,
        replay_ms=(end.replay - start.replay) * 1e3 / ORDERS,
        events_per_second=speed,
        worker_us=(end.of(parts.WORKER) - middle.of(parts.WORKER)) * 1e6 / events,
        primary_us=(end.of(parts.PRIMARY) - middle.of(parts.PRIMARY)) * 1e6 / events,
    )


def _stand(system: System, command: psycopg.Connection) -> _Stand:
    return _Stand(
        head=_number(command, _HEAD),
        wal=_number(command, _WAL),
        replay=parts.replay_seconds(system),
        cpu=parts.cpu_seconds(system),
    )


def _disk_of_an_order(
    query: psycopg.Connection, command: psycopg.Connection
) -> tuple[float, float]:
    """Return what one takes on the command side, and on the read side."""
    count = _number(command, "select count(*) from orders_command_order")
    of_command = _size(command, ("orders_command", "customers"))
    return of_command / count, _size(query, ("orders_query",)) / count


def _begin(query: psycopg.Connection, command: psycopg.Connection) -> None:
    for connection in query, command:
        connection.execute("vacuum analyze")  # or it begins in the middle
    # After a checkpoint the first change of each page takes the whole page along.
    command.execute("checkpoint")


def _let_live(system: System, live: Callable[[Client], object]) -> None:
    clients = [Client(system) for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda c: [live(c) for _ in range(ORDERS // CLIENTS)], clients))


def _first_step(query: psycopg.Connection, position: float) -> tuple[float, float]:
    """Return when the projector had left a position, and for which one."""
    while (found := _number(query, _FARTHEST)) <= position:
        time.sleep(0.002)
    return time.perf_counter(), found


def _wait_for_replica(system: System, position: float) -> None:
    url = system.urls["QUERY_REPLICA_URLS"].split(",")[0]
    with psycopg.connect(url, autocommit=True) as replica:
        while _number(replica, _FARTHEST) < position:
            time.sleep(0.002)


def _size(connection: psycopg.Connection, apps: tuple[str, ...]) -> float:
    return sum(_number(connection, _SIZE, f"{app}\\_%") for app in apps)


def _number(connection: psycopg.Connection, sql: str, *values: object) -> float:
    (found,) = connection.execute(sql, values).fetchone() or (0,)
    return float(found or 0)


_HEAD = "select max(position) from orders_command_event"
_WAL = "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
_FARTHEST = "select max(position) from orders_query_checkpoint"
_SIZE = """
select sum(pg_total_relation_size(oid)) from pg_class
where relkind = 'r' and relname like %s
"""
