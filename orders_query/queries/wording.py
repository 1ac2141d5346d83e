"""JSON of what comes from the log itself, worded as that of the read tables."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson

from orders_command.events import Recorded
from orders_query.projection import HistoryRow, shown_event


def json_of(value: Any) -> bytes:
    """Return JSON; decimals keep their digits, times are in UTC."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def of_history(row: HistoryRow) -> dict[str, Any]:
    """Return an event as an order's history shows it."""
    return {
        "version": row.version,
        "type": row.type,
        "at": row.at,
        "actor": row.actor,
        "position": row.position,
        "data": row.data,
    }


def of_log(recorded: Recorded) -> dict[str, Any]:
    """Return an event as the log shows it to integrators."""
    is_of_order, data = shown_event(recorded.event)
    return {
        "position": recorded.position,
        "orderId" if is_of_order else "customerId": recorded.stream_id,
        "version": recorded.version,
        "type": type(recorded.event).__name__,
        "at": recorded.occurred_at,
        "actor": recorded.actor,
        "data": data,
    }


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return orjson.Fragment(format(value, "f").encode())
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case _:
            raise TypeError(type(value).__name__)
