"""Loads orders, and saves what happened to them: state and events together."""

from orders_command.store.bulk import (
    Past,
    Registered,
    append_many,
    append_registrations,
)
from orders_command.store.customers import append_customer_event, forget_remarks
from orders_command.store.entries import Context, Receipt
from orders_command.store.keys import recall
from orders_command.store.known import Known, of_references
from orders_command.store.orders import NEW, Loaded, LostRace, append, load, stay

__all__ = [
    "NEW",
    "Context",
    "Known",
    "Loaded",
    "LostRace",
    "Past",
    "Receipt",
    "Registered",
    "append",
    "append_customer_event",
    "append_many",
    "append_registrations",
    "forget_remarks",
    "load",
    "of_references",
    "recall",
    "stay",
]
