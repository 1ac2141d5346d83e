"""How each operation and page is asked: of what, and with which body."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.http import HttpResponseBase

from tests.orders import TEA, an_order, confirmed, order_body, shipped
from tests.people import a_customer, an_email
from tests.security.callers import Sender
from tests.security.table import Row

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class Place:
    """What the places of a path stand for."""

    customer: UUID
    order: UUID
    token: UUID

    def replaced_in(self, text: str) -> str:
        """Return a text without the ids, to be compared with one of other ids."""
        for value in vars(self).values():
            text = text.replace(str(value), "…")
        return text


# What is in no way special: a name of a projection, of a step, of a request.
OTHERS = {
    "projection": "sales",
    "action": "discard",
    "rebuild": "0",
    "uidb64": "MQ",
    "link": "set-password",
}


def nowhere() -> Place:
    return Place(customer=uuid4(), order=uuid4(), token=uuid4())


def ask(sender: Sender, row: Row, place: Place, **headers: str) -> HttpResponseBase:
    """Send what a row of the table stands for, and return the answer."""
    path = row.path.format(**vars(place), **OTHERS)
    body, kind = _body(row, place)
    answer: HttpResponseBase = sender.client().generic(
        row.method, path, body, kind, headers={**sender.headers, **headers}
    )
    return answer


def made_for(row: Row, place: Place) -> Place:
    """Return the place with something new in it, for what a row will do to it."""
    if row.name in ERASE:
        return Place(**{**vars(place), "customer": a_customer()})
    made = STATES.get(row.name)
    if made is None:
        return place
    return Place(**{**vars(place), "order": made(place.customer)})


def _pending(customer_id: UUID) -> UUID:
    return an_order(customer_id).order_id


def _confirmed(customer_id: UUID) -> UUID:
    return confirmed(_pending(customer_id)).order_id


def _shipped(customer_id: UUID) -> UUID:
    return shipped(_confirmed(customer_id)).order_id


STATES: dict[str, Callable[[UUID], UUID]] = {
    f"POST {prefix}/orders/{{order}}/{step}": made
    for prefix in ("/api/command", "")
    for step, made in (
        ("items", _pending),
        ("confirm", _pending),
        ("ship", _confirmed),
        ("deliver", _shipped),
        ("cancel", _pending),
    )
} | {"POST /orders/bulk": _pending}
ERASE = {"DELETE /api/customers/{customer}", "POST /customers/{customer}/erase"}


def _body(row: Row, place: Place) -> tuple[bytes, str]:
    if row.is_safe:
        return b"", ""
    made = BODIES.get(row.name)
    content = made(place) if made else {}
    if row.path.startswith("/api/"):
        return json.dumps(content).encode(), JSON
    return urlencode(content, doseq=True).encode(), FORM


def _amended_line(_: Place) -> dict[str, Any]:
    return {"do": "save", "productId": "tea", "quantity": "1", "price": "1.00"}


def _a_line(place: Place) -> dict[str, Any]:
    return {
        "customer": place.customer,
        "do": "place",
        "productId": "tea",
        "quantity": "1",
        "price": "1.00",
        "currency": "USD",
    }


BODIES: dict[str, Callable[[Place], dict[str, Any]]] = {
    "POST /api/command/orders": lambda place: order_body(place.customer),
    "POST /api/command/orders/{order}/notes": lambda _: {"note": "Rang twice."},
    "POST /orders/{order}/notes": lambda _: {"note": "Rang twice."},
    "POST /api/command/orders/{order}/items": lambda _: {"items": [TEA]},
    "POST /orders/{order}/items": _amended_line,
    "POST /api/customers": lambda _: {"name": "Somebody", "email": an_email()},
    "PATCH /api/customers/{customer}": lambda _: {"name": "Ada Lovelace"},
    "POST /account": lambda _: {"name": ""},
    "POST /orders/new": _a_line,
    "POST /orders/bulk": lambda place: {
        "do": "confirm",
        "order": f"{place.order}:1:X",
    },
    "POST /customers": lambda _: {"name": "Somebody", "email": an_email()},
    "POST /customers/{customer}": lambda _: {
        "name": "Ada Lovelace",
        "email": an_email(),
    },
    "POST /sync/parked/{projection}/{order}/skip": lambda _: {"reason": "why not"},
}
