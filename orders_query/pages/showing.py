"""How an answer's data are put for people: amounts, times, statuses, names."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model

from orders_command.amendments import amendment_in
from orders_command.wording import HAPPENED

Data = dict[str, Any]

STATUSES = {
    "PENDING": "Pending",
    "CONFIRMED": "Confirmed",
    "SHIPPED": "Shipped",
    "DELIVERED": "Delivered",
    "CANCELLED": "Cancelled",
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


def totals(data: Data) -> Data:
    """Return what a customer's orders add up to, the currencies by their letters."""
    lifetime = sorted(data["lifetime"].items())
    return {
        **data,
        "orderCount": f"{data['orderCount']:,}",
        "openOrders": f"{data['openOrders']:,}",
        "lifetime": [f"{amount(Decimal(value))} {code}" for code, value in lifetime],
        "firstOrderAt": data["firstOrderAt"] and moment(data["firstOrderAt"]),
        "lastOrderAt": data["lastOrderAt"] and moment(data["lastOrderAt"]),
    }


def timeline(
    events: Iterable[Data], *, up_to: int, new_after: int, reader: Any, is_staff: bool
) -> list[Data]:
    """Return the events of an order up to a version, those after another marked new."""
    told = [event for event in events if event["version"] <= up_to]
    names = _names(told) if is_staff else {}
    times = [moment(event["at"]) for event in told]
    between = [later(after - before) for before, after in pairwise(times)]
    return [
        {
            **event,
            "happened": HAPPENED.get(event["type"], event["type"]),
            "amendment": amendment_in(event),
            "at": at,
            "later": since,
            "by": _by(event["actor"], reader, names),
            "isNew": event["version"] > new_after,
        }
        for event, at, since in zip(told, times, ["", *between], strict=True)
    ]


def later(passed: timedelta) -> str:
    """Say how long after something else a thing happened, as people do."""
    seconds = passed.total_seconds()
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:,.0f} {unit}s later"
    return f"{seconds:,.0f} seconds later" if seconds >= 2 else "at once"


def span(seconds: float) -> str:
    """Say how long a time is, in the unit that fits."""
    for unit, length in (("h", 3_600), ("min", 60), ("s", 1)):
        if round(seconds / length, 3) >= 1:
            return f"{_brief(seconds / length)} {unit}"
    return f"{_brief(seconds * 1_000)} ms" if seconds else "0"


def amount(value: Decimal | int) -> str:
    """Return an amount with all its digits, in groups of three."""
    return f"{value:,}"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def who(actors: Iterable[str], reader: Any) -> dict[str, str]:
    """Return what actors are called, for a reader from the staff."""
    known = list(actors)
    names = _names([{"actor": actor} for actor in known])
    return {actor: _by(actor, reader, names) for actor in known}


def _brief(figure: float) -> str:
    """Return a figure with one digit after the point, if that tells anything."""
    return f"{figure:,.1f}".removesuffix(".0") if figure < 100 else f"{figure:,.0f}"


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
