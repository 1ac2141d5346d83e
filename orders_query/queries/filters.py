"""What a list is asked for: filters, an order, and a place to go on from."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import orjson


class BadCursor(ValueError):
    """The cursor was not made by this list, or not for this ordering."""


class Ordering(Enum):
    """The column a list is sorted by, with the SQL type that its cursor holds."""

    CREATED_AT = ("created_at", "timestamptz")
    LAST_UPDATED_AT = ("last_updated_at", "timestamptz")
    TOTAL = ("total", "numeric")


@dataclass(frozen=True, kw_only=True)
class Page:
    """How many rows, in which order, from where on."""

    limit: int = 50
    ordering: Ordering = Ordering.CREATED_AT
    descending: bool = True
    cursor: str | None = None


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which orders; times and totals as the contract bounds them."""

    statuses: tuple[str, ...] = ()
    customer_id: UUID | None = None
    q: str = ""
    created_after: datetime | None = None
    created_before: datetime | None = None
    min_total: Decimal | None = None
    max_total: Decimal | None = None
    ids: tuple[UUID, ...] | None = None
    as_of: datetime | None = None  # the orders as they stood at this time

    @property
    def is_plain(self) -> bool:
        """Whether one index gives the list in its order, whatever the values are."""
        return replace(self, customer_id=None) == Filters()

    def conditions(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """
        Yield the SQL of each filter that is set, with its parameters.

        `o` is the order, `state` what of it changes from version to version.
        """
        plain = {
            "o.customer_id = %(customer_id)s": ("customer_id", self.customer_id),
            "o.created_at >= %(created_after)s": ("created_after", self.created_after),
            "o.created_at < %(created_before)s": (
                "created_before",
                self.created_before,
            ),
            "state.total >= %(min_total)s": ("min_total", self.min_total),
            "state.total <= %(max_total)s": ("max_total", self.max_total),
        }
        for sql, (name, value) in plain.items():
            if value is not None:
                yield sql, {name: value}
        if len(self.statuses) == 1:
            # An equality lets the index on status give the rows in their order.
            yield "state.status = %(status)s", {"status": self.statuses[0]}
        elif self.statuses:
            yield "state.status = any(%(statuses)s)", {"statuses": list(self.statuses)}
        if self.ids is not None:
            yield "o.order_id = any(%(ids)s)", {"ids": list(self.ids)}
        if self.q:
            yield _search(self.q)


MIN_PART = 3  # characters of a name that a trigram index can look for


def _search(q: str) -> tuple[str, dict[str, Any]]:
    """
    Return the condition for a search, each branch of which has an index.

    As one OR the planner joins the indexes for a rare word, and for a common one walks
    the list's own order and stops at the limit; a union would collect every match.
    """
    branches = [
        "o.order_number = upper(%(q)s)",
        "o.reference = %(q)s",
        "state.items @> %(q_product)s::jsonb",
    ]
    values: dict[str, Any] = {
        "q": q,
        "q_product": orjson.dumps([{"productId": q}]).decode(),
    }
    order_id = _uuid(q)
    if order_id is not None:
        branches.append("o.order_id = %(q_id)s")
        values["q_id"] = order_id
    if len(q) >= MIN_PART:
        branches.append("o.customer_name ilike %(q_like)s")
        branches.append("o.customer_email ilike %(q_like)s")
        values["q_like"] = f"%{_escaped(q)}%"
    return f"({' or '.join(branches)})", values


def _escaped(q: str) -> str:
    return q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a page ends: the sort key and id of the row there, and its token."""

    value: str
    order_id: UUID
    position: int
    back: bool = False  # towards the pages before


def pack(page: Page, place: Place) -> str:
    """Return an opaque cursor for the page beyond a place."""
    content = [
        page.ordering.name,
        page.descending,
        place.value,
        str(place.order_id),
        place.position,
        place.back,
    ]
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")


def unpack(page: Page) -> Place | None:
    """
    Return the place that the page's cursor names, or None without a cursor.

    :raises BadCursor: if the cursor is not one of this list's, in this ordering
    """
    if page.cursor is None:
        return None
    try:
        padded = page.cursor + "=" * (-len(page.cursor) % 4)
        content = orjson.loads(base64.b64decode(padded, altchars="-_", validate=True))
        ordering, descending, value, order_id, position, back = content
        place = Place(
            value=value, order_id=UUID(order_id), position=position, back=back
        )
        _check(place, page.ordering)
    except (ValueError, TypeError, AttributeError) as error:
        raise BadCursor("This is no cursor of this list.") from error
    if (ordering, descending) != (page.ordering.name, page.descending):
        raise BadCursor("This cursor belongs to another ordering.")
    return place


def _check(place: Place, ordering: Ordering) -> None:
    """Refuse what PostgreSQL would choke on: a cursor may come from anybody."""
    if type(place.position) is not int or not 0 <= place.position < 2**63:
        raise ValueError("position")
    if type(place.back) is not bool:
        raise ValueError("direction")
    if ordering is Ordering.TOTAL:
        if not AMOUNT.match(place.value):
            raise ValueError("total")
    elif not _MOMENT.match(place.value):
        raise ValueError("time")
    else:
        datetime.fromisoformat(place.value)  # 30 February looks like a time too


# As PostgreSQL writes them, and nothing else that Python would read.
AMOUNT = re.compile(r"[0-9]{1,30}(\.[0-9]{1,9})?\Z", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00\Z", re.ASCII)
