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
class _Command:
    """Other customers, and their orders, are unknown to a caller kept to `only_of`."""

    only_of: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class CreateOrder(_Command):
    order_id: UUID
    order_number: str
    customer_id: UUID
    items: tuple[Item, ...]
    currency: str
    reference: str | None = None
    note: Remark | None = None


@dataclass(frozen=True, kw_only=True)
class AmendItems(_Command):
    """All lines of an order anew, in its currency; those it has change nothing."""

    order_id: UUID
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True)
class ConfirmOrder(_Command):
    order_id: UUID


@dataclass(frozen=True, kw_only=True)
class ShipOrder(_Command):
    order_id: UUID
    shipment: Remark | None = None  # carrier and number, as `shipments` writes them


@dataclass(frozen=True, kw_only=True)
class DeliverOrder(_Command):
    order_id: UUID


@dataclass(frozen=True, kw_only=True)
class CancelOrder(_Command):
    order_id: UUID
    reason: Remark | None = None
    by_customer: bool = False  # who may cancel an order that is pending, and no other


@dataclass(frozen=True, kw_only=True)
class AddNote(_Command):
    order_id: UUID
    note: Remark


@dataclass(frozen=True, kw_only=True)
class ExpireOrder(_Command):
    """Cancel an order that nobody has confirmed in time, and no other."""

    order_id: UUID
    reason: Remark


Transition = ConfirmOrder | ShipOrder | DeliverOrder | CancelOrder
Command = CreateOrder | AmendItems | Transition | AddNote | ExpireOrder
