"""What an order holds now, for a form that changes it: from where commands decide."""

from dataclasses import dataclass
from uuid import UUID

from orders_command import store
from orders_command.domain.errors import OrderNotFound
from orders_command.domain.order import Status
from orders_command.events import Item


@dataclass(frozen=True, kw_only=True)
class Contents:
    """An order's lines at a version of it."""

    order_number: str
    currency: str
    status: Status
    version: int
    items: tuple[Item, ...]


def contents_of(order_id: UUID) -> Contents:
    """
    Return what the order holds.

    :raises OrderNotFound: if there is no such order
    """
    loaded = store.load(order_id, with_items=True)
    if loaded.state is None:
        raise OrderNotFound
    return Contents(
        order_number=loaded.state.order_number,
        currency=loaded.state.currency,
        status=loaded.state.status,
        version=loaded.version,
        items=loaded.state.items or (),
    )
