"""Which events of the log are sent as webhooks, and what they are called there."""

import re
from typing import get_args

from orders_command.events import OrderEvent


def type_of(event_type: str) -> str:
    """Return a webhook's type: `OrderItemsAmended` is `order.items_amended`."""
    noun, *words = re.findall(r"[A-Z][a-z0-9]*", event_type)
    return f"{noun}.{'_'.join(words)}".lower()


def is_of_order(event_type: str) -> bool:
    """Tell an order's event by its name, one that only a later release knows too."""
    return event_type.startswith("Order")


# By the names of the log: every event of an order is sent, whichever there will be.
WEBHOOK_TYPES: dict[str, str] = {
    event.__name__: type_of(event.__name__) for event in get_args(OrderEvent)
}
