"""What a person can ask of an order."""

from dataclasses import dataclass
from uuid import UUID

from orders_command.events import Item


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Text that leads to a person, kept beside the log so that it can be erased."""

    id: UUID
    text: str


@dataclass(frozen=True, kw_only=True)
class CreateOrder:
    order_id: UUID
    order_number: str
    customer_id: UUID
    items: tuple[Item, ...]
    currency: str
    reference: str | None = None
    note: Remark | None = None


@dataclass(frozen=True, kw_only=True)
class ConfirmOrder:
    order_id: UUID


@dataclass(frozen=True, kw_only=True)
class ShipOrder:
    order_id: UUID
    shipment: Remark | None = None  # carrier and number, as `shipments` writes them


@dataclass(frozen=True, kw_only=True)
class DeliverOrder:
    order_id: UUID


@dataclass(frozen=True, kw_only=True)
class CancelOrder:
    order_id: UUID
    reason: Remark | None = None
    only_of: UUID | None = None  # a customer may cancel an own order that is pending


Transition = ConfirmOrder | ShipOrder | DeliverOrder | CancelOrder
Command = CreateOrder | Transition
