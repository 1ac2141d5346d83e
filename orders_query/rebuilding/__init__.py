"""Builds a projection's read tables anew from the log, beside those that serve."""

from orders_query.rebuilding import asked
from orders_query.rebuilding.carrying import (
    PHASES,
    Differs,
    NotCarriedOut,
    StillKept,
    Wish,
    carry_out,
    refuse_the_impossible,
)
from orders_query.rebuilding.filling import BATCH, Progress
from orders_query.rebuilding.serving import NotTheOwner, serve
from orders_query.rebuilding.shadow import exists
from orders_query.rebuilding.sole import AlreadyRunning, sole
from orders_query.rebuilding.swapping import SwapRefused

__all__ = [
    "BATCH",
    "PHASES",
    "AlreadyRunning",
    "Differs",
    "NotCarriedOut",
    "NotTheOwner",
    "Progress",
    "StillKept",
    "SwapRefused",
    "Wish",
    "asked",
    "carry_out",
    "exists",
    "refuse_the_impossible",
    "serve",
    "sole",
]
