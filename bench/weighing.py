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
    events_per_second: float
    worker_us: float
    primary_us: float
    replica_us: float

    def table(self) -> str:
        rows = {
            "WAL of an order's life, command side": f"{self.command_wal:,.0f} B",
            "WAL of an order's life, read side": f"{self.query_wal:,.0f} B",
            "an order on disk, command side": f"{self.command_disk:,.0f} B",
            "an order on disk, read side": f"{self.query_disk:,.0f} B",
            "projector, working off": f"{shown(self.events_per_second)} events/s",
            "worker's CPU for an event then": f"{self.worker_us:.0f} µs",
            "primary's CPU for an event then": f"{self.primary_us:.0f} µs",
            "one replica's CPU for an event then": f"{self.replica_us:.0f} µs",
        }
        return table(["", "measured"], [list(row) for row in rows.items()])


def weighed(system: System, live: Callable[[Client], object]) -> Weights:
    """Let orders live while the worker is stopped, and then let it work them off."""
    with system.superuser("query") as query, system.superuser("command") as command:
        of_command = _size(command, ("orders_command", "customers"))
        of_query = _size(query, ("orders_query",))
        count = _number(command, "select count(*) from orders_command_order")
        _let_live(system, live)  # its pages are in the WAL as a whole by now
        loading.wait_until_level(system)
        start = _wal(query)
        with frozen(parts.worker(system)):
            events = -_number(command, _HEAD)
            _let_live(system, live)
            events += _number(command, _HEAD)
            middle = _wal(query)
            before = parts.cpu_seconds(system)
            begins_at = _number(query, _FARTHEST)
        # A worker that was stopped has to be rung first: that is not its speed.
        began, first = _first_step(query, begins_at)
        loading.wait_until_level(system)
        speed = (_number(command, _HEAD) - first) / (time.perf_counter() - began)
        after = parts.cpu_seconds(system)
        used = {part: (after[part] - before[part]) * 1e6 / events for part in after}
        return Weights(
            command_wal=(middle - start) / ORDERS,
            query_wal=(_wal(query) - middle) / ORDERS,
            command_disk=of_command / count,
            query_disk=of_query / count,
            events_per_second=speed,
            worker_us=used[parts.WORKER],
            primary_us=used[parts.PRIMARY],
            replica_us=parts.replicas(used) / _replicas(system),
        )


def _let_live(system: System, live: Callable[[Client], object]) -> None:
    clients = [Client(system) for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda c: [live(c) for _ in range(ORDERS // CLIENTS)], clients))


def _first_step(query: psycopg.Connection, position: float) -> tuple[float, float]:
    """Return when the projector had left a position, and for which one."""
    while (found := _number(query, _FARTHEST)) <= position:
        time.sleep(0.002)
    return time.perf_counter(), found


def _replicas(system: System) -> int:
    return len(system.urls["QUERY_REPLICA_URLS"].split(","))


def _wal(connection: psycopg.Connection) -> float:
    return _number(connection, "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn")


def _size(connection: psycopg.Connection, apps: tuple[str, ...]) -> float:
    return sum(_number(connection, _SIZE, f"{app}\\_%") for app in apps)


def _number(connection: psycopg.Connection, sql: str, *values: object) -> float:
    (found,) = connection.execute(sql, values).fetchone() or (0,)
    return float(found or 0)


_HEAD = "select max(position) from orders_command_event"
_FARTHEST = "select max(position) from orders_query_checkpoint"
_SIZE = """
select sum(pg_total_relation_size(oid)) from pg_class
where relkind = 'r' and relname like %s
"""
