"""What waits, who decided on it, and what the order's row says meanwhile."""

from orders_query.models import OrderReadModel, ParkedDecision, ParkedEvent
from tests.projected import ORDERS


def read_row(order_id):
    return OrderReadModel.objects.using("query").get(pk=order_id)


def parked(order_id, projection=ORDERS):
    rows = ParkedEvent.objects.using("query").filter(
        stream_id=order_id, projection=projection
    )
    return list(rows.order_by("position"))


def decisions(order_id):
    return list(
        ParkedDecision.objects.using("query").filter(stream_id=order_id).order_by("id")
    )
