"""What rewriting rows costs on both sides, with other fill factors and indexes.

`python -m bench rewriting` moves orders through three transitions: by the store's own
update on the command side, by the projector itself on the query side. Each variant is
some SQL that is run first.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import psycopg

from bench.log_size import wal
from bench.rewritten import EVENTS, ORDERS, RESET_QUERY, VARIANTS
from config.local import application, postgres
from config.local.console import Console
from config.local.embedded import Embedded, embedded
from config.local.supervisor import Supervisor

SAMPLED = (
    "orders_command_order",
    "orders_query_orderreadmodel",
    "orders_query_customertotals",
    "orders_query_statuscounts",
    "orders_query_dailysales",
    "orders_query_productsales",
    "orders_query_checkpoint",
)


def main(arguments: list[str]) -> None:
    """Print what each variant costs, in rounds that alternate."""
    wish = _wish(arguments)
    with _servers() as servers:
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        django.setup()
        for _ in range(wish.rounds):
            for name in wish.variants:
                side = _command if name.startswith("command") else _query
                side(servers, name, wish)


def _wish(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench rewriting")
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS))
    return parser.parse_args(arguments)


@contextmanager
def _servers() -> Iterator[Embedded]:
    """Run a primary with both databases migrated; no replica slows it down."""
    with tempfile.TemporaryDirectory(prefix="orders-rewriting-") as folder:
        servers = embedded(Path(folder), durable=False, replicas=0)
        supervisor = Supervisor(Console())
        try:
            primary, _ = servers.first_stage()
            supervisor.start(primary)
            postgres.bootstrap(servers.primary)
            environment = application.environment(
                servers.var_dir, servers.environment()
            )
            os.environ.update(environment)  # before settings are read
            supervisor.run(
                application.migrate(environment, "default"),
                application.migrate(environment, "query"),
            )
            supervisor.run(application.command(environment, "grant"))
            yield servers
        finally:
            supervisor.end()


def _command(servers: Embedded, name: str, wish: argparse.Namespace) -> None:
    """Place and move orders as the store does, a transaction each."""
    with servers.primary.connect("command") as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("truncate orders_command_order cascade")
        connection.execute("select pg_stat_reset()")
        undo = _apply(connection, name)
        before, began = wal(connection), time.monotonic()
        moves = 0
        for statement, values in _commands(wish.orders):
            connection.execute(statement, values, prepare=True)
            moves += 1
        seconds = time.monotonic() - began
        _tell(name, moves, seconds, wal(connection) - before)
        _tell_tables(connection)
        connection.execute(undo)


def _commands(orders: int) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield an order's moves amid those of the others: soon, later, much later."""
    for place in range(orders * 4):
        version = place % 4 + 1
        number = place // 4 - (0, 300, 3_000, 15_000)[version - 1]
        if number >= 0:
            yield ORDERS[min(version, 2)], {"n": number, "version": version}


def _query(servers: Embedded, name: str, wish: argparse.Namespace) -> None:
    """Let the projector apply a log of such orders."""
    from django.db import connections  # noqa: PLC0415 - needs the settings

    from orders_query import projector  # noqa: PLC0415

    with servers.primary.connect("command") as command:
        found = command.execute("select count(*) from orders_command_event").fetchone()
        if not found or not found[0]:
            for statement in EVENTS:
                with psycopg.ClientCursor(command) as cursor:
                    cursor.execute(statement, {"orders": wish.orders})
    with servers.primary.connect("query") as connection:
        connection.execute(RESET_QUERY)
        connection.execute("select pg_stat_reset()")
        undo = _apply(connection, name)
        for projection in ("orders", "sales"):
            before, began = wal(connection), time.monotonic()
            events = 0
            while applied := projector.step(projection, limit=wish.batch).applied:
                events += applied
            seconds = time.monotonic() - began
            written = wal(connection) - before
            _tell(f"{name}, {projection}", events, seconds, written)
        connections.close_all()
        _tell_tables(connection)
        connection.execute(undo)


def _apply(connection: psycopg.Connection, name: str) -> str:
    settings, undo = VARIANTS[name]
    connection.execute(settings)
    connection.execute("checkpoint")
    return undo


def _tell(name: str, moves: int, seconds: float, wal: int) -> None:
    print(
        f"| {name} | {moves:,} | {moves / seconds:,.0f}/s | {wal / moves:,.0f} B WAL |",
        flush=True,
    )


def _tell_tables(connection: psycopg.Connection) -> None:
    connection.execute("select pg_stat_force_next_flush()")
    for row in connection.execute(_TABLES, [list(SAMPLED)]):
        table, updates, hot, heap, indexes = row
        share = f"{100 * hot / updates:.0f} %" if updates else "-"
        print(f"    {table}: {updates} updates, HOT {share}, {heap} + {indexes}")


_TABLES = """
select relname, n_tup_upd, n_tup_hot_upd, pg_size_pretty(pg_relation_size(relid)),
       pg_size_pretty(pg_indexes_size(relid))
from pg_stat_user_tables where relname = any(%s) and n_tup_upd > 0
order by n_tup_upd desc
"""
