"""
Published. An event as the API shows it, on both sides: members, and their JSON.

What an event says is named as the contract names it; empty parts are left out.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, assert_never

import orjson

from orders_command.events import (
    AnyEvent,
    CustomerDetailsChanged,
    CustomerErased,
    CustomerRegistered,
    Item,
    OrderCancelled,
    OrderConfirmed,
    OrderCreated,
    OrderDelivered,
    OrderEvent,
    OrderItemsAmended,
    OrderNoteAdded,
    OrderShipped,
    Recorded,
    Shipment,
)

# What the pages call it that an event has happened.
HAPPENED = {
    "OrderCreated": "Placed",
    "OrderItemsAmended": "Amended",
    "OrderConfirmed": "Confirmed",
    "OrderShipped": "Shipped",
    "OrderDelivered": "Delivered",
    "OrderCancelled": "Cancelled",
    "OrderNoteAdded": "Noted",
}


def of_history(recorded: Recorded) -> dict[str, Any]:
    """Return an event as an order's history shows it."""
    _, data = shown_event(recorded.event)
    return {
        "version": recorded.version,
        "type": recorded.type,
        "at": recorded.occurred_at,
        "actor": recorded.actor,
        "position": recorded.position,
        "data": data,
    }


def of_refusal(recorded: Recorded) -> dict[str, Any]:
    """Return it as a history does, without notes: who may only write reads none."""
    _, data = told_outside(recorded.event)
    return {**of_history(recorded), "data": data}


def of_log(recorded: Recorded) -> dict[str, Any]:
    """Return an event as the log shows it to integrators."""
    is_of_order, data = told_outside(recorded.event)
    return {
        "position": recorded.position,
        "orderId" if is_of_order else "customerId": recorded.stream_id,
        "version": recorded.version,
        "type": recorded.type,
        "at": recorded.occurred_at,
        "actor": recorded.actor,
        "data": data,
    }


def told_outside(event: AnyEvent) -> tuple[bool, dict[str, Any]]:
    """
    Return what `shown_event` does, without the text of a note.

    For who makes copies: these are beyond the reach of an erasure.
    """
    is_of_order, data = shown_event(event)
    data.pop("note", None)
    return is_of_order, data


def shown_event(event: AnyEvent) -> tuple[bool, dict[str, Any]]:
    """Return whether an event is an order's, and what it says: customers' nothing."""
    match event:
        case CustomerRegistered() | CustomerDetailsChanged() | CustomerErased():
            return False, {}
        case _:
            return True, shown(event)


def shown(event: OrderEvent) -> dict[str, Any]:
    """Return what an order's event says."""
    match event:
        case OrderCreated():
            data = {
                "customerId": event.customer_id,
                "orderNumber": event.order_number,
                "reference": event.reference,
                "currency": event.currency,
                "total": event.total,
                "items": items(event.items),
                "noteId": event.note_id,
            }
        case OrderItemsAmended():
            data = {
                "currency": event.currency,
                "total": event.total,
                "previousTotal": event.previous_total,
                "items": items(event.items),
                "previousItems": items(event.previous_items),
            }
        case OrderShipped():
            told = event.told or Shipment()
            data = {
                "carrier": told.carrier,
                "trackingNumber": told.tracking_number,
            }
        case OrderCancelled():
            data = {"reasonId": event.reason_id}
        case OrderNoteAdded():
            data = {"noteId": event.note_id, "note": event.told}
        case OrderConfirmed() | OrderDelivered():
            data = {}
        case _:
            assert_never(event)
    return {key: value for key, value in data.items() if value is not None}


def items(lines: Iterable[Item]) -> tuple[dict[str, Any], ...]:
    """Return the lines of an order as they are shown."""
    return tuple(
        {
            "productId": item.product_id,
            "quantity": item.quantity,
            "price": item.price,
            "total": item.total,
        }
        for item in lines
    )


def json_of(value: Any) -> bytes:
    """Return JSON; decimals keep their digits, times are in UTC."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return orjson.Fragment(format(value, "f").encode())
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case _:
            raise TypeError(type(value).__name__)
