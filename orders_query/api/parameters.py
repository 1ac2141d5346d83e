"""Query parameters and headers, strictly read: what is unknown or malformed is 400."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone
from rest_framework.request import Request

from orders_query.queries import Days, Filters, Moment, Ordering, Page, Reader

STATUSES = ("PENDING", "CONFIRMED", "SHIPPED", "DELIVERED", "CANCELLED")
ORDERINGS = {
    "createdAt": Ordering.CREATED_AT,
    "lastUpdatedAt": Ordering.LAST_UPDATED_AT,
    "total": Ordering.TOTAL,
}
MAX_LIMIT = 200
MAX_EVENTS = 1000
MAX_IDS = 200
MAX_SEARCH = 200
MAX_WAIT = 60
EXPANSIONS = frozenset({"history", "customer"})
LIFETIME_VALUES = "lifetimeValues"  # what a summary can be expanded by
CLOCKS_DIFFER = timedelta(minutes=1)
_PAGE = ("limit", "cursor")
_FRESHNESS = ("maxStaleness",)
_T = TypeVar("_T")

_POSITION = re.compile(r"[0-9]{1,18}\Z", re.ASCII)
_LIMIT = re.compile(r"[0-9]{1,9}\Z", re.ASCII)
_DURATION = re.compile(r"([0-9]{1,9})(ms|s)\Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}\Z", re.ASCII)
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


def reader(request: Request) -> Reader:
    """Return who asks, how far they have seen the log, and how old data may be."""
    environ = request.META
    gone = environ.get("orders.gone")
    return Reader(
        name=str(request.user.pk),
        at_least=max(token(request), int(environ.get("orders.seen", 0))),
        max_age_ms=_max_age(request.query_params),
        has_gone=gone.is_set if gone is not None else lambda: False,
    )


def token(request: Request) -> int:
    """Return the position that the caller has seen, 0 if it does not say."""
    text = request.headers.get("Consistency-Token")
    if text is None:
        return 0
    if not _POSITION.match(text):
        raise BadParameter("Consistency-Token", "A token is a number.")
    return int(text)


def only(request: Request, *names: str) -> QueryDict:
    """Return the parameters, and refuse those that are not named here."""
    query: QueryDict = request.query_params
    _known(query, frozenset({*names, *_FRESHNESS}))
    return query


def page(request: Request) -> Page:
    """Return limit and cursor, in the default order."""
    query = only(request, *_PAGE)
    return Page(limit=limit(query), cursor=query.get("cursor"))


def listing(request: Request) -> tuple[Filters, Page]:
    """Return the filters and the page that a list of orders is asked for."""
    query = only(request, *_PAGE, "ordering", "status", *_FILTERS)
    statuses = tuple(query.getlist("status"))
    for status in statuses:
        if status not in STATUSES:
            raise BadParameter("?status", f"A status is one of {', '.join(STATUSES)}.")
    named: Mapping[str, Any] = {
        name: single(query, parameter, read)
        for parameter, (name, read) in _FILTERS.items()
        if parameter in query
    }
    ordering = query.get("ordering", "-createdAt")
    name = ordering.removeprefix("-")
    if name not in ORDERINGS:
        raise BadParameter("?ordering", f"Order by {', '.join(ORDERINGS)}.")
    return Filters(statuses=statuses, **named), Page(
        limit=limit(query),
        cursor=query.get("cursor"),
        ordering=ORDERINGS[name],
        descending=ordering.startswith("-"),
    )


def one_order(request: Request) -> tuple[Moment, frozenset[str]]:
    """Return which state of an order is asked for, and what comes with it."""
    query = only(request, "version", "asOf", "expand")
    if "version" in query and "asOf" in query:
        raise BadParameter("?asOf", "Give a version or a time, not both.")
    moment = Moment(
        version=single(query, "version", a_version),
        as_of=single(query, "asOf", a_past_time),
    )
    return moment, single(query, "expand", _expansions) or frozenset()


def of_summary(request: Request) -> bool:
    """Return whether a summary shall tell of each currency."""
    return bool(single(only(request, "expand"), "expand", _of_summary))


def days(query: QueryDict) -> Days:
    """Return from which day to which, both included."""
    asked = Days(first=single(query, "from", _day), last=single(query, "to", _day))
    if asked.first and asked.last and asked.first > asked.last:
        raise BadParameter("?to", "This day is before the other one.")
    return asked


def currency(query: QueryDict) -> str:
    """Return the one currency that is asked for, empty for all."""
    return single(query, "currency", _currency) or ""


def single(query: QueryDict, parameter: str, read: Callable[[str], _T]) -> _T | None:
    """Return a parameter's meaning, None if it is not given."""
    if parameter not in query:
        return None
    try:
        return read(str(query[parameter]))
    except ValueError as error:
        raise BadParameter(f"?{parameter}", str(error)) from error


def limit(query: QueryDict, *, most: int = MAX_LIMIT) -> int:
    text = query.get("limit", "50")
    if not _LIMIT.match(text) or not 1 <= int(text) <= most:
        raise BadParameter("?limit", f"A limit is 1 to {most}.")
    return int(text)


def a_position(text: str) -> int:
    if not _POSITION.match(text):
        raise ValueError("A position is a number.")
    return int(text)


def a_version(text: str) -> int:
    if not _LIMIT.match(text) or int(text) == 0:
        raise ValueError("A version is 1, 2, 3 …")
    return int(text)


def a_past_time(text: str) -> datetime:
    """Take a time up to now: how things stand tomorrow nobody knows."""
    time = _time(text)
    if time > timezone.now() + CLOCKS_DIFFER:
        raise ValueError("This time lies in the future.")
    return time


def seconds(text: str) -> int:
    """Take a number of seconds to wait."""
    if not _LIMIT.match(text) or int(text) > MAX_WAIT:
        raise ValueError(f"Wait 0 to {MAX_WAIT} seconds.")
    return int(text)


def _max_age(query: QueryDict) -> int | None:
    return single(query, "maxStaleness", _duration)


def _duration(text: str) -> int:
    match = _DURATION.match(text)
    if match is None:
        raise ValueError("Write it like 500ms or 2s.")
    number, unit = match.groups()
    return int(number) * (1000 if unit == "s" else 1)


def _known(query: QueryDict, names: frozenset[str]) -> None:
    for name in query:
        if name not in names:
            raise BadParameter(f"?{name[:64]}", "There is no such parameter.")
        if name != "status" and len(query.getlist(name)) > 1:
            raise BadParameter(f"?{name}", "This may be given once.")


def an_id(text: str) -> UUID:
    if not _UUID.match(text):
        raise ValueError("This is no id.")
    return UUID(text)


def _uuids(text: str) -> tuple[UUID, ...]:
    parts = text.split(",")
    if len(parts) > MAX_IDS:
        raise ValueError(f"At most {MAX_IDS} ids.")
    return tuple(map(an_id, parts))


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


def _expansions(text: str) -> frozenset[str]:
    parts = frozenset(text.split(","))
    if not parts <= EXPANSIONS:
        raise ValueError(f"Expand {' or '.join(sorted(EXPANSIONS))}.")
    return parts


def _of_summary(text: str) -> str:
    if text != LIFETIME_VALUES:
        raise ValueError(f"Expand {LIFETIME_VALUES}.")
    return text


def _currency(text: str) -> str:
    if not _CURRENCY.match(text):
        raise ValueError("A currency is three capital letters: EUR.")
    return text


def _day(text: str) -> date:
    if not _DATE.match(text):
        raise ValueError("A day is written like 2026-01-31.")
    return date.fromisoformat(text)


_FILTERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "customerId": ("customer_id", an_id),
    "q": ("q", _search),
    "createdAfter": ("created_after", _time),
    "createdBefore": ("created_before", _time),
    "minTotal": ("min_total", _amount),
    "maxTotal": ("max_total", _amount),
    "ids": ("ids", _uuids),
    "asOf": ("as_of", a_past_time),
}
