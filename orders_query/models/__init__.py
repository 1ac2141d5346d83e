"""What the query database keeps: read tables, and what is to be done with them."""

from orders_query.models.observed import LagSample, Sighting, Verification
from orders_query.models.requests import Action, Rebuilder, RebuildRequest, State
from orders_query.models.tables import (
    Checkpoint,
    CustomerTotals,
    DailySales,
    Money,
    OrderHistory,
    OrderReadModel,
    OrderVersion,
    ParkedDecision,
    ParkedEvent,
    ProductSales,
    StatusCounts,
)
from orders_query.models.webhooks import (
    DeliveryState,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookSender,
)

__all__ = [
    "Action",
    "Checkpoint",
    "CustomerTotals",
    "DailySales",
    "DeliveryState",
    "LagSample",
    "Money",
    "OrderHistory",
    "OrderReadModel",
    "OrderVersion",
    "ParkedDecision",
    "ParkedEvent",
    "ProductSales",
    "RebuildRequest",
    "Rebuilder",
    "Sighting",
    "State",
    "StatusCounts",
    "Verification",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookSender",
]
