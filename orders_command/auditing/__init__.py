"""
Published. Holds each stream of the log against itself and against the state kept of it.

The chain of hashes shows an event that was changed, taken out or put in; the state row
keeps the last hash and the version, so a tail that was taken off shows as well. All of
it is read through a connection that has a snapshot open.
"""

from orders_command.auditing.sales import daily_sales, product_sales
from orders_command.auditing.streams import (
    FIRST,
    Audited,
    Connection,
    Stretch,
    cards,
    customer_ids,
    customer_stretches,
    customers,
    order_ids,
    order_stretches,
    orders,
    remarks,
)

__all__ = [
    "FIRST",
    "Audited",
    "Connection",
    "Stretch",
    "cards",
    "customer_ids",
    "customer_stretches",
    "customers",
    "daily_sales",
    "order_ids",
    "order_stretches",
    "orders",
    "product_sales",
    "remarks",
]
