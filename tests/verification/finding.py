"""What a verification finds, and of which order."""

from typing import Any
from uuid import UUID

from orders_command.models import Order
from orders_query.verification import snapshots, verify

EVENTS = "orders_command_event"
READ = "orders_query_orderreadmodel"


def found(stream_id: UUID | None = None, *, is_held: bool = True) -> list[str]:
    """Return the findings, of one stream or of none, as sentences."""
    with snapshots(is_held=is_held) as taken:
        report = verify(taken)
    return [str(f) for f in report.findings if f.stream_id == stream_id]


def customer_of(order: Any) -> UUID:
    """Return the customer of a receipt's order."""
    return Order.objects.get(pk=order.order_id).customer_id
