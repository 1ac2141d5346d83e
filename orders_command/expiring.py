"""Cancels orders that nobody confirms in time, each in a transaction of its own."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

import uuid_utils.compat as uuids
from django.db import DataError, Error, IntegrityError

from orders_command.domain.commands import ExpireOrder, Remark
from orders_command.domain.errors import InvalidTransition
from orders_command.handlers import TooBusy, handle
from orders_command.store import expiry
from orders_command.store.expiry import Pending

logger = logging.getLogger(__name__)

ACTOR = "system:expiry"
RUN_SECONDS = 20.0  # then the rest is left to the next run
# An order may be committed so long after the time that it carries, by another clock.
LATE = timedelta(minutes=1)
FORGOTTEN_AFTER = timedelta(days=1)  # without a run, and with a worker where it is off
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


class Outcome(Enum):
    """What became of an order whose time was up."""

    CANCELLED = "cancelled"
    OVERTAKEN = "not pending any more"
    BUSY = "changed too often, left pending"
    FAILED = "failed, left pending; the log says why"


@dataclass(kw_only=True)
class Tally:
    """What a run has come to; it is cut short if its time was up before the end."""

    cancelled: int = 0
    is_cut_short: bool = False


def expire(*, age: timedelta, seconds: float = RUN_SECONDS) -> Tally:
    """
    Cancel the orders that have become so old since the last run, and are pending.

    Each order is looked at once, when its time is up. What was too old before the first
    run is left alone, and so is a past order that is brought in later. It may run
    twice, late, or at once with another: a confirmation that is first is never undone.
    One that changes too often is looked at again by the next run, with those after it;
    one that cannot be cancelled is logged, and passed over.

    :raises django.db.Error: with the database away; the next run goes on from there
    """
    leaves_at = time.monotonic() + seconds
    since, until = expiry.window(age)
    tally = Tally()
    for order in expiry.pending(since=since - LATE, until=until):
        if time.monotonic() > leaves_at:
            tally.is_cut_short = True
            until = min(until, order.placed_at)
            break
        outcome = cancel(order, age=age)
        tally.cancelled += outcome is Outcome.CANCELLED
        if outcome is Outcome.BUSY:
            until = min(until, order.placed_at)
    expiry.looked(until)
    return tally


def stop() -> None:
    """
    Begin anew when it is turned on again, if it has been off for a day everywhere.

    Until then another worker may still be at it, or be again once it is deployed.
    """
    if expiry.forget(unused_for=FORGOTTEN_AFTER):
        logger.info("Automatic cancellation is off; turned on again it begins anew.")


def overdue(*, age: timedelta) -> Iterator[Pending]:
    """Yield all pending orders that are so old, however they came here."""
    return expiry.pending(since=None, until=expiry.too_old(age))


def cancel(order: Pending, *, age: timedelta) -> Outcome:
    """
    Cancel an order if it is pending still, and say what became of it.

    :raises django.db.Error: if the database takes nothing now, of no order
    """
    text = f"Cancelled automatically: not confirmed within {told(age)}."
    reason = Remark(id=uuids.uuid7(), text=text)
    try:
        handle(ExpireOrder(order_id=order.order_id, reason=reason), actor=ACTOR)
    except InvalidTransition:
        return Outcome.OVERTAKEN
    except TooBusy as error:
        logger.error("Order %s is left pending: %s", order.order_id, error)  # noqa: TRY400
        return Outcome.BUSY
    except Exception as error:
        if _is_of_all(error):
            raise
        logger.exception(
            "Order %s cannot be cancelled, and stays pending", order.order_id
        )
        return Outcome.FAILED
    return Outcome.CANCELLED


def _is_of_all(error: Exception) -> bool:
    """Return whether it is the database's trouble, and not of this order's rows."""
    return isinstance(error, Error) and not isinstance(
        error, DataError | IntegrityError
    )


def told(age: timedelta) -> str:
    """Say a time in its greatest whole unit: 90 minutes, 3 days."""
    seconds = age.total_seconds()
    for unit, length in _UNITS:
        if seconds >= length and seconds % length == 0:
            return _many(seconds / length, unit)
    return _many(seconds, "second")


def _many(count: float, unit: str) -> str:
    return f"{count:g} {unit}" if count == 1 else f"{count:g} {unit}s"
