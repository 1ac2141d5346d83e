"""How an answer's data are put for people: amounts, times, statuses, names."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model

Data = dict[str, Any]

STATUSES = {
    "PENDING": "Pending",
    "CONFIRMED": "Confirmed",
    "SHIPPED": "Shipped",
    "DELIVERED": "Delivered",
    "CANCELLED": "Cancelled",
}
HAPPENED = {
    "OrderCreated": "Placed",
    "OrderConfirmed": "Confirmed",
    "OrderShipped": "Shipped",
    "OrderDelivered": "Delivered",
    "OrderCancelled": "Cancelled",
}


def order(data: Data) -> Data:
    """Return an order, or a line of a list, ready for a template."""
    return {
        **data,
        "total": amount(data["total"]),
        "statusLabel": STATUSES[data["status"]],
        "createdAt": moment(data["createdAt"]),
        "lastUpdatedAt": moment(data["lastUpdatedAt"]),
        "items_shown": [_item(item) for item in data.get("items", [])],
    }


def timeline(
    events: Iterable[Data], *, up_to: int, new_after: int, reader: Any, is_staff: bool
) -> list[Data]:
    """Return the events of an order up to a version, those after another marked new."""
    told = [event for event in events if event["version"] <= up_to]
    names = _names(told) if is_staff else {}
    return [
        {
            **event,
            "happened": HAPPENED.get(event["type"], event["type"]),
            "at": moment(event["at"]),
            "by": _by(event["actor"], reader, names),
            "isNew": event["version"] > new_after,
        }
        for event in told
    ]


def amount(value: Decimal | int) -> str:
    """Return an amount with all its digits, in groups of three."""
    return f"{value:,}"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _item(item: Data) -> Data:
    return {
        **item,
        "quantity": f"{item['quantity']:,}",
        "price": amount(item["price"]),
        "total": amount(item["total"]),
    }


def _names(events: Iterable[Data]) -> dict[str, str]:
    """Return the user names of those who acted."""
    ids = [UUID(id_) for kind, id_ in map(_parts, events) if kind == "user"]
    users = get_user_model().objects.filter(pk__in=ids)
    return {str(pk): name for pk, name in users.values_list("pk", "username")}


def _parts(event: Data) -> tuple[str, str]:
    kind, _, id_ = event["actor"].partition(":")
    return kind, id_


def _by(actor: str, reader: Any, names: dict[str, str]) -> str:
    kind, _, id_ = actor.partition(":")
    if kind != "user":
        return f"the system ({id_})"
    if id_ == str(reader.pk):
        return "you"
    return names.get(id_, "the order desk")
