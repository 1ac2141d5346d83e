"""The rows of the `orders` projection, as its rules see them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

Row = TypeVar("Row")


def changed(row: Row, **changes: Any) -> Row:
    """
    Return a copy of a row with other values: `dataclasses.replace`, unchecked.

    A fifth of the time: with it a projector takes 4 µs less for each event.
    """
    copy = object.__new__(type(row))
    copy.__dict__.update(row.__dict__, **changes)
    return copy


@dataclass(frozen=True, kw_only=True)
class OrderRow:
    """An order as the read side keeps it, without the words that can be erased."""

    order_id: UUID
    order_number: str
    reference: str | None
    customer_id: UUID
    item_count: int
    total: Decimal
    currency: str
    status: str
    version: int
    created_at: datetime
    last_updated_at: datetime
    items: tuple[Mapping[str, Any], ...] = ()  # loaded rows leave theirs where they are
    note_id: UUID | None = None
    reason_id: UUID | None = None
    carrier: str | None = None
    tracking_number: str | None = None


@dataclass(frozen=True, kw_only=True)
class TotalsRow:
    """What a customer's orders add up to; cancelled ones count but add no value."""

    customer_id: UUID
    version: int = 0
    order_count: int = 0
    open_orders: int = 0
    lifetime: Mapping[str, Decimal] = field(default_factory=dict)
    first_order_at: datetime | None = None
    last_order_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class VersionRow:
    """An order as it stood from one event until the next one."""

    order_id: UUID
    version: int
    valid_from: datetime
    valid_until: datetime
    item_count: int
    total: Decimal
    status: str
    last_updated_at: datetime
    carrier: str | None
    tracking_number: str | None


@dataclass(frozen=True, kw_only=True)
class HistoryRow:
    order_id: UUID
    version: int
    position: int
    type: str
    at: datetime
    actor: str
    data: Mapping[str, Any]
    customer_id: UUID
    status: str  # of the order, after the event
    recorded_at: datetime


@dataclass(kw_only=True)
class Rows:
    """The rows that a batch touches: given as they are, left as they become."""

    orders: dict[UUID, OrderRow] = field(default_factory=dict)
    totals: dict[UUID, TotalsRow] = field(default_factory=dict)
    history: list[HistoryRow] = field(default_factory=list)
    past: list[VersionRow] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)  # by status: more, or fewer
    created: set[UUID] = field(default_factory=set)
    renamed: set[UUID] = field(default_factory=set)  # customers with new words, or none
