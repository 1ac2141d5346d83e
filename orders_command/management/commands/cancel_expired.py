"""manage.py cancel_expired: cancels orders that have been pending for too long."""

import logging
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from orders_command import expiring

logger = logging.getLogger(__name__)

AWAY = 3


class Command(BaseCommand):
    help = (
        "Cancel every pending order that was placed longer ago than "
        "CANCEL_PENDING_AFTER_SECONDS, also those that beat leaves alone: imported "
        "ones, and what was too old when the setting was made."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="only list them; nothing is changed"
        )
        parser.add_argument(
            "--after", type=_seconds, metavar="SECONDS", help="instead of the setting"
        )
        parser.add_argument(
            "--automatic",
            action="store_true",
            help="as beat does it: only what has become too old since the last time",
        )

    def handle(
        self, *, dry_run: bool, after: float | None, automatic: bool, **_: Any
    ) -> None:
        if automatic:
            return _go_on()
        seconds = after or settings.CANCEL_PENDING_AFTER_SECONDS
        if not seconds:
            raise CommandError(
                "Say how old is too old: --after SECONDS, or set "
                "CANCEL_PENDING_AFTER_SECONDS."
            )
        try:
            self._cancel(timedelta(seconds=seconds), is_dry=dry_run)
        except Error as error:
            told = f"The command database takes nothing ({type(error).__name__})."
            raise CommandError(f"{told} Call it again.", returncode=AWAY) from None
        return None

    def _cancel(self, age: timedelta, *, is_dry: bool) -> None:
        count = 0
        for order in expiring.overdue(age=age):
            outcome = "would be cancelled"
            if not is_dry:
                became = expiring.cancel(order, age=age)
                outcome = became.value
                count += became is expiring.Outcome.CANCELLED
            count += is_dry
            self.stdout.write(
                f"{order.order_number}, placed {order.placed_at:%Y-%m-%d %H:%M:%S} "
                f"UTC, {order.total} {order.currency}: {outcome}"
            )
        self.stdout.write(f"{count:,}{' would be' if is_dry else ''} cancelled")


def _go_on() -> None:
    """Do what beat asks for; with the database away it is left to the next time."""
    age = timedelta(seconds=settings.CANCEL_PENDING_AFTER_SECONDS)
    try:
        if not age:
            return expiring.stop()
        tally = expiring.expire(age=age)
    except Error as error:
        logger.warning("No order is cancelled for now: %s", type(error).__name__)
        return None
    if tally.cancelled:
        rest = "; the next run goes on" if tally.is_cut_short else ""
        logger.info("Cancelled for their age: %s%s", tally.cancelled, rest)
    return None


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise ValueError
    return seconds
