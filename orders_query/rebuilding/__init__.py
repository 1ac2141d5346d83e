"""Builds a projection's read tables anew from the log, beside those that serve."""

from orders_query.rebuilding.comparing import Difference, differences
from orders_query.rebuilding.filling import BATCH, Progress, fill
from orders_query.rebuilding.levelling import snapshot_of_both
from orders_query.rebuilding.proving import prove
from orders_query.rebuilding.shadow import begin, discard, exists, finish_indexes
from orders_query.rebuilding.sole import AlreadyRunning, sole
from orders_query.rebuilding.swapping import (
    SwapRefused,
    drop_previous,
    is_of_this_log,
    swap,
)

__all__ = [
    "BATCH",
    "AlreadyRunning",
    "Difference",
    "Progress",
    "SwapRefused",
    "begin",
    "differences",
    "discard",
    "drop_previous",
    "exists",
    "fill",
    "finish_indexes",
    "is_of_this_log",
    "prove",
    "snapshot_of_both",
    "sole",
    "swap",
]
