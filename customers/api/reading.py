"""Reads what a request about customers asks, and refuses what it cannot."""

import base64
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from rest_framework.request import Request

from customers.details import error
from customers.directory import BadInput, Card, Place
from customers.signals import IdempotencyKey

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
MAX_ERRORS = 50  # told of one body
_KEY = re.compile(r"[\x20-\x7e]{1,255}\Z")


def idempotency(request: Request) -> IdempotencyKey | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.match(key):
        raise _bad("Idempotency-Key", "It must be 1 to 255 printable characters.")
    condition = request.headers.get("If-Match")
    asked = (request.method, request.path, condition, request.data)
    return IdempotencyKey.of(caller=f"user:{request.user.pk}", key=key, asked=asked)


def words(data: Any, *, needed: set[str]) -> dict[str, str]:
    """Return name and e-mail from a body: its shape first, then what is missing."""
    wrong = [
        error(f"/{_escaped(key)}", "unknown", f"There is no field {key[:100]!a}.")
        for key in data
        if key not in {"name", "email"}
    ]
    wrong += [
        error(f"/{key}", "type", f"{key} must be a string.")
        for key in ("name", "email")
        if key in data and not isinstance(data[key], str)
    ]
    if wrong:
        raise BadInput("bad-request", wrong[:MAX_ERRORS])
    missing = sorted(needed - data.keys())
    if missing:
        raise BadInput(
            "invalid-body",
            [error(f"/{key}", "required", f"{key} is missing.") for key in missing],
        )
    return dict(data)


def parameters(request: Request, known: set[str]) -> dict[str, str]:
    for name, values in request.query_params.lists():
        if name not in known:
            raise _bad(f"?{name[:64]}", f"There is no parameter {name[:100]!a}.")
        if len(values) > 1 or "\0" in values[0] or not values[0]:
            raise _bad(f"?{name}", f"{name} must have one value.")
    return request.query_params.dict()


def limit(asked: dict[str, str]) -> int:
    text = asked.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= int(text) <= MAX_LIMIT:
        raise _bad("?limit", f"limit must be 1 to {MAX_LIMIT}.")
    return int(text)


def cursor(card: Card) -> str:
    text = f"{card.created_at.isoformat()} {card.customer_id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place(cursor: str) -> Place:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        moment, _, customer_id = (
            base64.b64decode(padded, altchars=b"-_", validate=True)
            .decode("ascii")
            .partition(" ")
        )
        created_at, last_id = datetime.fromisoformat(moment), UUID(customer_id)
    except ValueError as invalid:
        raise _bad("?cursor", "This cursor was not made here.") from invalid
    if f"{created_at.isoformat()} {last_id}" != f"{moment} {customer_id}" or (
        created_at.utcoffset() != timedelta(0)
    ):
        raise _bad("?cursor", "This cursor was not made here.")
    return Place(created_at=created_at, customer_id=last_id)


def _escaped(name: str) -> str:
    return name[:64].replace("~", "~0").replace("/", "~1")


def _bad(pointer: str, detail: str) -> BadInput:
    return BadInput("bad-request", [error(pointer, "invalid", detail)])
