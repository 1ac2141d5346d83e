"""Brings past orders in from a CSV file, each with the events that it really had."""

from orders_command.importing.ahead import Interrupted
from orders_command.importing.problems import Problem, Unusable
from orders_command.importing.running import BATCH, Tally, import_orders

__all__ = ["BATCH", "Interrupted", "Problem", "Tally", "Unusable", "import_orders"]
