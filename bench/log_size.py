"""How the log fares as it grows: one table, ranges of positions, hashes of streams."""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from bench.log_layouts import LAYOUTS, STREAMS, Layout
from config.local import postgres
from config.local.console import Console
from config.local.embedded import embedded
from config.local.supervisor import Supervisor

PART = 500_000  # events that are laid down at once
APPENDS, STREAM_READS, FEED_READS = 4_000, 2_000, 50
HEAD, BATCH = 1_000, 5_000


def main(arguments: list[str]) -> None:
    """Fill each layout to each size and print what the log's statements take there."""
    wish = _wish(arguments)
    with tempfile.TemporaryDirectory(prefix="orders-log-size-") as folder:
        servers = embedded(Path(folder), durable=False, replicas=0)
        supervisor = Supervisor(Console())
        supervisor.start(servers.first_stage()[0])
        try:
            for name in wish.layouts:
                _measure(servers.primary, LAYOUTS[name], wish.sizes)
        finally:
            supervisor.end()


def _wish(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench log-size")
    sizes = [1_000_000, 10_000_000]
    parser.add_argument("--sizes", type=int, nargs="+", default=sizes)
    parser.add_argument("--layouts", nargs="+", default=list(LAYOUTS))
    return parser.parse_args(arguments)


def _measure(server: postgres.Server, layout: Layout, sizes: list[int]) -> None:
    database = "log_size"
    with server.connect() as admin:
        admin.execute(f"create database {database}")
        with server.connect(database) as connection:
            connection.execute("set maintenance_work_mem = '512MB'")
            connection.execute(STREAMS + layout.tables)
            filled = 0
            for size in sizes:
                _fill(connection, layout, filled, size)
                filled = size
                _print(layout, size, _findings(connection, layout, size))
                connection.execute(layout.forget, [size])
                connection.execute("vacuum")
            _show_doubles(connection, layout)
        admin.execute(f"drop database {database} with (force)")
        admin.execute("checkpoint")


def _fill(
    connection: psycopg.Connection, layout: Layout, filled: int, size: int
) -> None:
    for start in range(filled, size, PART):
        last = min(start + PART, size)
        connection.execute(layout.fill, {"first": start + 1, "last": last})
    connection.execute("select setval('log_position', %s)", [size])


@dataclass(frozen=True, kw_only=True)
class Finding:
    what: str
    value: str


def _findings(
    connection: psycopg.Connection, layout: Layout, size: int
) -> list[Finding]:
    connection.execute("analyze")
    vacuum = _seconds(lambda: connection.execute("vacuum (freeze) log"))
    connection.execute("checkpoint")
    reads = [
        _read(connection, "feed, the last 1,000", layout.feed, partial(_head, size)),
        _read(connection, "feed, 5,000 amid", layout.feed, partial(_amid, size)),
        _read(connection, "one stream", layout.stream, partial(_stream, size)),
    ]
    appended = _append(connection, layout, size)
    again = _seconds(lambda: connection.execute("vacuum log"))
    return [
        *appended,
        *reads,
        *_sizes(connection, layout),
        Finding(what="vacuum freeze after the filling", value=f"{vacuum:.1f} s"),
        Finding(what=f"vacuum after {APPENDS:,} more", value=f"{again:.2f} s"),
    ]


def _append(connection: psycopg.Connection, layout: Layout, size: int) -> list[Finding]:
    """Append one by one, half of it to new streams, half to young ones."""
    before = wal(connection)
    took = []
    for place in range(APPENDS):
        if place % 2:
            stream, version = size // 4 - random.randrange(20_000), 100 + place
        else:
            stream, version = size + place, 1
        values = {"stream": stream, "version": version}
        took.append(_seconds(partial(connection.execute, layout.append, values)) * 1e6)
    each = (wal(connection) - before) / APPENDS
    return [
        Finding(what="append, p50", value=f"{statistics.median(took):.0f} µs"),
        Finding(what="append, p99", value=f"{_p99(took):.0f} µs"),
        Finding(what="append, WAL an event", value=f"{each:,.0f} B"),
    ]


def _read(
    connection: psycopg.Connection,
    what: str,
    sql: str,
    values: Callable[[], dict[str, Any]],
) -> Finding:
    times = STREAM_READS if "stream" in what else FEED_READS
    took, buffers = [], []
    for _ in range(times):
        asked = values()
        took.append(_seconds(partial(_answer, connection, sql, asked)))
    for _ in range(20):
        explained = f"explain (analyze, buffers, format json) {sql}"
        ((document,),) = connection.execute(explained, values()).fetchall()
        root = document[0]["Plan"]
        buffers.append(root["Shared Hit Blocks"] + root["Shared Read Blocks"])
    middle, slow = statistics.median(took) * 1e3, _p99(took) * 1e3
    pages = statistics.median(buffers)
    return Finding(what=what, value=f"{middle:.2f} ms, p99 {slow:.2f}, {pages:.0f} p.")


def _answer(connection: psycopg.Connection, sql: str, values: dict[str, Any]) -> None:
    connection.execute(sql, values).fetchall()


def _head(size: int) -> dict[str, Any]:
    return {"after": size - HEAD, "limit": HEAD}


def _amid(size: int) -> dict[str, Any]:
    return {"after": random.randrange(size // 4, size - 2 * BATCH), "limit": BATCH}


def _stream(size: int) -> dict[str, Any]:
    return {"stream": random.randrange(1, size // 4 - 30_000)}


def _sizes(connection: psycopg.Connection, layout: Layout) -> list[Finding]:
    found = connection.execute(_SIZES, [list(layout.measured)]).fetchall()
    return [Finding(what=f"{name}, size", value=f"{mb:,.0f} MB") for name, mb in found]


def _show_doubles(connection: psycopg.Connection, layout: Layout) -> None:
    """Append what is there already, and tell whether that was refused."""
    first, again = {"stream": -1, "version": 1}, {"stream": -1, "version": 1}
    connection.execute(layout.append, first)
    connection.execute(layout.go_far)
    refused = False
    with suppress(psycopg.errors.UniqueViolation):
        refused = True
        connection.execute(layout.append, again)
        refused = False
    print(f"| {layout.name} | (stream, version) twice | {_said(refused)} |", flush=True)


def _said(refused: bool) -> str:  # noqa: FBT001
    return "refused" if refused else "**taken**"


def _print(layout: Layout, size: int, findings: list[Finding]) -> None:
    for found in findings:
        print(
            f"| {layout.name} | {size:,} | {found.what} | {found.value} |", flush=True
        )


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


def wal(connection: psycopg.Connection) -> int:
    """Return how many bytes of WAL the server has written so far."""
    found = connection.execute(
        "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"
    ).fetchone()
    assert found is not None
    return int(found[0])


_SIZES = """
select replace(i.relname, 'log_', ''), sum(pg_relation_size(c.oid)) / 2^20
from pg_class i, lateral (
    select i.oid union all
    select relid from pg_partition_tree(i.oid) where isleaf and relid <> i.oid) c
where i.relname = any(%s) group by i.relname order by i.relname
"""
