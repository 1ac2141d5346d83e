"""Rows of the `orders` projection that are not there yet, written by COPY."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
import psycopg
from psycopg import sql

from orders_command.wording import json_of
from orders_query.projection import HistoryRow, OrderRow, Rows, TotalsRow, VersionRow
from orders_query.projector import Words

_Line = tuple[Any, ...]
_ORDERS = """order_id order_number reference customer_id customer_name customer_email
    item_count total currency status version created_at last_updated_at items note
    reason carrier tracking_number parked"""
_HISTORY = "order_id version position type at actor data customer_id status applied_at"
_VERSIONS = """order_id version validity item_count total status last_updated_at carrier
    tracking_number"""
_TOTALS = """customer_id version order_count open_orders lifetime first_order_at
    last_order_at"""


def copy_orders(
    server: psycopg.Connection, rows: Rows, words: Words, *, at: datetime
) -> None:
    """Write whole orders: as they are, as they were, and what happened to them."""
    _copy(server, "orderreadmodel", _ORDERS, _orders(rows.orders.values(), words))
    _copy(server, "orderversion", _VERSIONS, map(_version, rows.past))
    _copy(server, "orderhistory", _HISTORY, (_event(h, at) for h in rows.history))


def copy_totals(server: psycopg.Connection, totals: Iterable[TotalsRow]) -> None:
    """Write the customers' totals."""
    _copy(server, "customertotals", _TOTALS, map(_totals, totals))


def copy_counts(server: psycopg.Connection, counts: Sequence[tuple[str, int]]) -> None:
    """Write how many orders are in each status."""
    _copy(server, "statuscounts", "status orders", iter(counts))


def _copy(
    server: psycopg.Connection, table: str, columns: str, lines: Iterator[_Line]
) -> None:
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(f"orders_query_{table}"),
        sql.SQL(", ").join(map(sql.Identifier, columns.split())),
    )
    with server.cursor() as cursor, cursor.copy(statement) as copy:
        for line in lines:
            copy.write_row(line)


def _orders(rows: Iterable[OrderRow], words: Words) -> Iterator[_Line]:
    for row in rows:
        card = words.customers.get(row.customer_id)
        yield (
            str(row.order_id),
            row.order_number,
            row.reference,
            str(row.customer_id),
            card.name if card else None,
            card.email if card else None,
            row.item_count,
            str(row.total),
            row.currency,
            row.status,
            row.version,
            str(row.created_at),
            str(row.last_updated_at),
            json_of(row.items).decode(),
            words.remarks.get(row.note_id) if row.note_id else None,
            words.remarks.get(row.reason_id) if row.reason_id else None,
            row.carrier,
            row.tracking_number,
            "f",
        )


def _version(row: VersionRow) -> _Line:
    return (
        str(row.order_id),
        row.version,
        # As tstzrange(from, until) makes it: no longer than nothing is empty.
        f"[{row.valid_from},{row.valid_until})",
        row.item_count,
        str(row.total),
        row.status,
        str(row.last_updated_at),
        row.carrier,
        row.tracking_number,
    )


def _event(row: HistoryRow, at: datetime) -> _Line:
    return (
        str(row.order_id),
        row.version,
        row.position,
        row.type,
        str(row.at),
        row.actor,
        json_of(row.data).decode(),
        str(row.customer_id),
        row.status,
        str(at),
    )


def _totals(row: TotalsRow) -> _Line:
    lifetime = {currency: str(amount) for currency, amount in row.lifetime.items()}
    return (
        str(row.customer_id),
        row.version,
        row.order_count,
        row.open_orders,
        orjson.dumps(lifetime).decode(),
        str(row.first_order_at) if row.first_order_at else None,
        str(row.last_order_at) if row.last_order_at else None,
    )
