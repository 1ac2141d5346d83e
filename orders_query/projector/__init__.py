"""Brings the read tables up to the log. Safe to run twice, or twice at once."""

from orders_query.projector import sets
from orders_query.projector.checkpoints import (
    Overtaken,
    Stand,
    begin_missing,
    begin_try,
    end_try,
    fence,
    move,
    stand_of,
)
from orders_query.projector.collecting import put_off
from orders_query.projector.erasing import erase_given_up, erase_left_behind
from orders_query.projector.parking import (
    APPLIED,
    NOT_TRIED,
    SKIPPED,
    NothingParked,
    NotSkippable,
    ProjectorIsBusy,
    Waiting,
    retry,
    skip,
    told,
    waiting,
)
from orders_query.projector.per_order import RowPerOrder
from orders_query.projector.registry import (
    ORDERS,
    PROJECTIONS,
    SALES,
    WEBHOOKS,
    Projection,
)
from orders_query.projector.rereading import retry_unreadable
from orders_query.projector.rows import Words, save, words_of_the_day
from orders_query.projector.running import catch_up
from orders_query.projector.sharing import Reading
from orders_query.projector.stepping import LogReplaced, Step, follow, step

__all__ = [
    "APPLIED",
    "NOT_TRIED",
    "ORDERS",
    "PROJECTIONS",
    "SALES",
    "SKIPPED",
    "WEBHOOKS",
    "LogReplaced",
    "NotSkippable",
    "NothingParked",
    "Overtaken",
    "Projection",
    "ProjectorIsBusy",
    "Reading",
    "RowPerOrder",
    "Stand",
    "Step",
    "Waiting",
    "Words",
    "begin_missing",
    "begin_try",
    "catch_up",
    "end_try",
    "erase_given_up",
    "erase_left_behind",
    "fence",
    "follow",
    "move",
    "put_off",
    "retry",
    "retry_unreadable",
    "save",
    "sets",
    "skip",
    "stand_of",
    "step",
    "told",
    "waiting",
    "words_of_the_day",
]
