"""The forms that give commands."""

from orders_command.pages.amending import amend_items
from orders_command.pages.bulk import act_on_many
from orders_command.pages.noting import add_note
from orders_command.pages.placing import place_order
from orders_command.pages.transitions import (
    cancel_order,
    confirm_order,
    deliver_order,
    ship_order,
)

__all__ = [
    "act_on_many",
    "add_note",
    "amend_items",
    "cancel_order",
    "confirm_order",
    "deliver_order",
    "place_order",
    "ship_order",
]
