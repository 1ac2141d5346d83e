"""Query parameters and headers, strictly read: what is unknown or malformed is 400."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.http import QueryDict
from rest_framework.request import Request

from orders_query.queries import Filters, Ordering, Page

STATUSES = ("PENDING", "CONFIRMED", "SHIPPED", "DELIVERED", "CANCELLED")
ORDERINGS = {
    "createdAt": Ordering.CREATED_AT,
    "lastUpdatedAt": Ordering.LAST_UPDATED_AT,
    "total": Ordering.TOTAL,
}
MAX_LIMIT = 200
MAX_IDS = 200
MAX_SEARCH = 200
_PAGE = ("limit", "cursor")
_T = TypeVar("_T")

_POSITION = re.compile(r"[0-9]{1,18}\Z", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,20}(\.[0-9]{1,4})?\Z", re.ASCII)
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII
)
_UUID = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE | re.ASCII
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class BadParameter(Exception):
    """A parameter is unknown or malformed; the pointer names it."""

    code = "bad-request"

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"{name}: {detail}")
        self.errors = [{"pointer": name, "code": "parameter", "detail": detail}]


def token(request: Request) -> int:
    """Return the position that the caller has seen, 0 if it does not say."""
    text = request.headers.get("Consistency-Token")
    if text is None:
        return 0
    if not _POSITION.match(text):
        raise BadParameter("Consistency-Token", "A token is a number.")
    return int(text)


def none_expected(request: Request) -> None:
    """Refuse every parameter."""
    _known(request.query_params, frozenset())


def page(request: Request) -> Page:
    """Return limit and cursor, in the default order."""
    query = request.query_params
    _known(query, frozenset(_PAGE))
    return Page(limit=_limit(query), cursor=query.get("cursor"))


def listing(request: Request) -> tuple[Filters, Page]:
    """Return the filters and the page that a list of orders is asked for."""
    query = request.query_params
    _known(query, frozenset({*_PAGE, "ordering", "status", *_FILTERS}))
    statuses = tuple(query.getlist("status"))
    for status in statuses:
        if status not in STATUSES:
            raise BadParameter("?status", f"A status is one of {', '.join(STATUSES)}.")
    named: Mapping[str, Any] = {
        name: _single(query, parameter, read)
        for parameter, (name, read) in _FILTERS.items()
        if parameter in query
    }
    ordering = query.get("ordering", "-createdAt")
    name = ordering.removeprefix("-")
    if name not in ORDERINGS:
        raise BadParameter("?ordering", f"Order by {', '.join(ORDERINGS)}.")
    return Filters(statuses=statuses, **named), Page(
        limit=_limit(query),
        cursor=query.get("cursor"),
        ordering=ORDERINGS[name],
        descending=ordering.startswith("-"),
    )


def _known(query: QueryDict, names: frozenset[str]) -> None:
    for name in query:
        if name not in names:
            raise BadParameter(f"?{name[:64]}", "There is no such parameter.")
        if name != "status" and len(query.getlist(name)) > 1:
            raise BadParameter(f"?{name}", "This may be given once.")


def _single(query: QueryDict, parameter: str, read: Callable[[str], _T]) -> _T:
    try:
        return read(str(query[parameter]))
    except ValueError as error:
        raise BadParameter(f"?{parameter}", str(error)) from error


def _limit(query: QueryDict) -> int:
    text = query.get("limit", "50")
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MAX_LIMIT:
        raise BadParameter("?limit", f"A limit is 1 to {MAX_LIMIT}.")
    return int(text)


def _uuid(text: str) -> UUID:
    if not _UUID.match(text):
        raise ValueError("This is no id.")
    return UUID(text)


def _uuids(text: str) -> tuple[UUID, ...]:
    parts = text.split(",")
    if len(parts) > MAX_IDS:
        raise ValueError(f"At most {MAX_IDS} ids.")
    return tuple(map(_uuid, parts))


def _time(text: str) -> datetime:
    if not _TIME.match(text):
        raise ValueError("A time is RFC 3339 with a zone: 2026-01-31T12:00:00Z.")
    try:
        # PostgreSQL knows no zone beyond 15:59, RFC 3339 does.
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("This time is outside of the calendar.") from error


def _amount(text: str) -> Decimal:
    if not _AMOUNT.match(text):
        raise ValueError("An amount is a plain decimal.")
    return Decimal(text)


def _search(text: str) -> str:
    if not text or len(text) > MAX_SEARCH or _CONTROL.search(text):
        raise ValueError(f"Search for 1 to {MAX_SEARCH} printable characters.")
    return text


_FILTERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "customerId": ("customer_id", _uuid),
    "q": ("q", _search),
    "createdAfter": ("created_after", _time),
    "createdBefore": ("created_before", _time),
    "minTotal": ("min_total", _amount),
    "maxTotal": ("max_total", _amount),
    "ids": ("ids", _uuids),
}
