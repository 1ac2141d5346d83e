"""
Published. What can happen to an order and, as far as orders care, to a customer.

The shapes below are stored for ever: a field is never renamed, retyped or removed,
and a change of meaning is a new event. None of them holds personal data or free
text; a note, a reason or a shipment is named by the id of its remark.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Item:
    product_id: str
    quantity: int
    price: Decimal

    @property
    def total(self) -> Decimal:
        return self.quantity * self.price


def total_of(items: Iterable[Item]) -> Decimal:
    return sum((item.total for item in items), Decimal())


@dataclass(frozen=True, kw_only=True)
class OrderCreated:
    customer_id: UUID
    order_number: str
    currency: str
    items: tuple[Item, ...]
    reference: str | None = None
    note_id: UUID | None = None

    @property
    def total(self) -> Decimal:
        return total_of(self.items)


@dataclass(frozen=True, kw_only=True)
class OrderItemsAmended:
    """
    All lines of an order anew, beside all that they replace: with both, whoever counts
    takes the old ones out and puts the new ones in, without looking anything up.
    """

    currency: str
    items: tuple[Item, ...]
    previous_items: tuple[Item, ...]

    @property
    def total(self) -> Decimal:
        return total_of(self.items)

    @property
    def previous_total(self) -> Decimal:
        return total_of(self.previous_items)


@dataclass(frozen=True, kw_only=True)
class OrderConfirmed:
    pass


@dataclass(frozen=True, kw_only=True)
class Shipment:
    """Who carries a parcel, and how it is found: both lead to a person's door."""

    carrier: str | None = None
    tracking_number: str | None = None


@dataclass(frozen=True, kw_only=True)
class OrderShipped:
    """
    A remark keeps what is told of the shipment; the feed puts it in while it is there.

    It is never stored here. Entries of earlier releases hold it (`upcasting`).
    """

    shipment_id: UUID | None = None
    told: Shipment | None = None


@dataclass(frozen=True, kw_only=True)
class OrderDelivered:
    pass


@dataclass(frozen=True, kw_only=True)
class OrderCancelled:
    reason_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class OrderNoteAdded:
    """A remark keeps the note; the feed puts it in as `told` while that is there."""

    note_id: UUID
    told: str | None = None


@dataclass(frozen=True, kw_only=True)
class CustomerRegistered:
    pass


@dataclass(frozen=True, kw_only=True)
class CustomerDetailsChanged:
    pass


@dataclass(frozen=True, kw_only=True)
class CustomerErased:
    pass


OrderEvent = (
    OrderCreated
    | OrderItemsAmended
    | OrderConfirmed
    | OrderShipped
    | OrderDelivered
    | OrderCancelled
    | OrderNoteAdded
)
CustomerEvent = CustomerRegistered | CustomerDetailsChanged | CustomerErased
AnyEvent = OrderEvent | CustomerEvent


class Unreadable(Exception):
    """This code does not know an event of the log, or its shape, or cannot read it."""

    code = "unavailable"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """
    An event as the log keeps it.

    `stream_id` is the order's or the customer's id, `version` its place in that
    stream (1, 2, 3 …), `position` its place in the log. `occurred_at` is what people
    are shown, `recorded_at` is when the log took it. What is stored may be unreadable:
    that is found out by who asks for the `event`, not by who reads past it.
    """

    position: int
    stream_id: UUID
    version: int
    type: str
    content: AnyEvent | Unreadable
    actor: str
    request_id: str
    occurred_at: datetime
    recorded_at: datetime
    hash: bytes

    @property
    def event(self) -> AnyEvent:
        """
        What happened.

        :raises Unreadable: if this code cannot tell
        """
        if isinstance(self.content, Unreadable):
            raise self.content
        return self.content
