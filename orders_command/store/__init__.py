"""Loads orders, and saves what happened to them: state and events together."""

from orders_command.store.customers import append_customer_event, forget_remarks
from orders_command.store.entries import Context, Receipt
from orders_command.store.keys import recall
from orders_command.store.orders import NEW, Loaded, LostRace, append, load

__all__ = [
    "NEW",
    "Context",
    "Loaded",
    "LostRace",
    "Receipt",
    "append",
    "append_customer_event",
    "forget_remarks",
    "load",
    "recall",
]
