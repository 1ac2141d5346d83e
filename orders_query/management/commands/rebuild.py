"""manage.py rebuild: a projection's tables anew from the log, beside the live ones."""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DataError, IntegrityError

from orders_query import projector, rebuilding
from orders_query.models import Action
from orders_query.projector.sets import PREVIOUS
from orders_query.rebuilding import Progress, Wish
from orders_query.verification import CannotVerify

EVERY_SECONDS = 1.0
ACTIONS = (Action.DISCARD, Action.ROLLBACK, Action.DROP_PREVIOUS)
HINTS = {
    rebuilding.StillKept: "--drop-previous drops it, --rollback goes back to it.",
    rebuilding.Differs: (
        "Run it again, with --accept-differences if they shall be, or with --discard."
    ),
}

NOT_A_PICTURE = (
    "webhooks is work that is to be done, not a picture of the log: there is nothing "
    "to rebuild. `manage.py webhooks replay --endpoint NAME --after POSITION` sends "
    "events again; after a restore, `manage.py webhooks resume --after POSITION` lets "
    "it go on."
)


class Command(BaseCommand):
    help = (
        "Build a projection's tables anew, compare them with the live ones and swap "
        "them in. Ended in the middle, it goes on when it is called again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=list(projector.PROJECTIONS))
        parser.add_argument(
            "--batch", type=_count, default=rebuilding.BATCH, help="events at a time"
        )
        parser.add_argument(
            "--accept-differences",
            action="store_true",
            help="swap even if the new tables are not what the log adds up to",
        )
        how = parser.add_mutually_exclusive_group()
        how.add_argument(
            "--no-swap", action="store_true", help="stop before the swap, and compare"
        )
        how.add_argument(
            "--discard", action="store_true", help="drop an unfinished set"
        )
        how.add_argument(
            "--rollback", action="store_true", help="let the previous set serve again"
        )
        how.add_argument(
            "--drop-previous", action="store_true", help="drop the previous set"
        )

    def handle(self, *, name: str, **how: Any) -> None:
        if name == projector.WEBHOOKS:
            raise CommandError(NOT_A_PICTURE)
        wish = Wish(
            projection=name,
            action=next((a for a in ACTIONS if how[a.value]), Action.REBUILD),
            accepts_differences=how["accept_differences"],
            swaps=not how["no_swap"],
            batch=how["batch"],
        )
        with _refusals_told(), rebuilding.sole(name):
            self._do(wish)

    def _do(self, wish: Wish) -> None:
        printing = _Printing(self)
        outcome = rebuilding.carry_out(wish, printing)
        printing.says(outcome)
        is_rebuilt = wish.action == Action.REBUILD and wish.swaps
        if is_rebuilt and rebuilding.exists(wish.projection, PREVIOUS):
            printing.says("--rollback goes back, --drop-previous gives its space back")


@contextmanager
def _refusals_told() -> Iterator[None]:
    try:
        yield
    except rebuilding.NotCarriedOut as refused:
        hint = HINTS.get(type(refused), "")
        raise CommandError(f"{refused} {hint}".strip()) from refused
    except (rebuilding.AlreadyRunning, rebuilding.SwapRefused, CannotVerify) as refused:
        raise CommandError(str(refused)) from refused
    except (IntegrityError, DataError) as error:
        # Its words may quote a row.
        raise CommandError(f"{type(error).__name__}: run it again.") from None
    except projector.LogReplaced as replaced:
        raise CommandError(f"{replaced} Discard the unfinished set.") from replaced


class _Printing:
    """Prints phases and findings as they come, and progress once a second."""

    def __init__(self, command: BaseCommand) -> None:
        self._command = command
        self._printed_at = 0.0
        self._unsaid: Progress | None = None

    def enters(self, phase: str) -> None:
        self._say_the_last()
        self.says(phase)

    def moves(self, progress: Progress) -> None:
        self._unsaid = progress
        if time.monotonic() - self._printed_at > EVERY_SECONDS:
            self._printed_at = time.monotonic()
            self._say_the_last()

    def says(self, sentence: str) -> None:
        self._command.stdout.write(sentence)
        sys.stdout.flush()

    def finds(self, sentence: str) -> None:
        self.says(sentence)

    def settles(self, outcome: str) -> None:
        """Wait: the transaction may yet be tried again."""

    def _say_the_last(self) -> None:
        if self._unsaid is not None:
            self.says(_told(self._unsaid))
        self._unsaid = None


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError
    return count


def _told(progress: Progress) -> str:
    left = progress.seconds_left
    ahead = "" if left is None else f", {left:.0f} s left"
    return (
        f"at {progress.position} of {progress.head}: {progress.events} "
        f"{progress.unit}, {progress.rate:.0f}/s{ahead}"
    )
