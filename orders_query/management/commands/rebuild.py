"""manage.py rebuild: a projection's tables anew from the log, beside the live ones."""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DataError, IntegrityError

from orders_query import projector, rebuilding
from orders_query.projector.sets import PREVIOUS, SHADOW
from orders_query.rebuilding import Difference, Progress
from orders_query.verification import CannotVerify, Report

EVERY_SECONDS = 1.0
SHOWN = 50  # differences to the log


class Command(BaseCommand):
    help = (
        "Build a projection's tables anew, compare them with the live ones and swap "
        "them in. Ended in the middle, it goes on when it is called again."
    )

    _shown_at = 0.0

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
        try:
            with rebuilding.sole(name):
                self._do(name, **how)
        except (
            rebuilding.AlreadyRunning,
            rebuilding.SwapRefused,
            CannotVerify,
        ) as refused:
            raise CommandError(str(refused)) from refused
        except (IntegrityError, DataError) as error:
            # Its words may quote a row.
            raise CommandError(f"{type(error).__name__}: run it again.") from None
        except projector.LogReplaced as replaced:
            raise CommandError(f"{replaced} Discard the unfinished set.") from replaced

    def _do(self, name: str, *, no_swap: bool, batch: int, **how: Any) -> None:
        if how["discard"]:
            self._require(name, SHADOW, "no unfinished set of")
            rebuilding.discard(name)
            self._say(f"the unfinished set of {name} is dropped")
        elif how["rollback"]:
            self._require(name, PREVIOUS, "no previous set of")
            position = rebuilding.swap(name, PREVIOUS)
            self._say(f"the previous set of {name} serves again, from {position} on")
        elif how["drop_previous"]:
            self._require(name, PREVIOUS, "no previous set of")
            rebuilding.drop_previous(name)
            self._say(f"the previous set of {name} is dropped")
        else:
            self._rebuild(
                name,
                batch=batch,
                swaps=not no_swap,
                accepts=how["accept_differences"],
            )

    def _require(self, name: str, kind: str, missing: str) -> None:
        if not rebuilding.exists(name, kind):
            raise CommandError(f"There is {missing} {name}.")

    def _rebuild(self, name: str, *, batch: int, swaps: bool, accepts: bool) -> None:
        began = time.monotonic()
        self._begin(name)
        self._fill(name, batch)
        self._say("making the indexes that are missing")
        rebuilding.finish_indexes(name)
        is_of_this_log = rebuilding.is_of_this_log(projector.stand_of(name))
        self._compare(name, is_of_this_log=is_of_this_log, accepts=accepts)
        if not swaps:
            self._say(f"not swapped: rebuild {name} goes on, --discard drops it")
            return
        position = rebuilding.swap(name, SHADOW)
        seconds = time.monotonic() - began
        self._say(f"{name} is rebuilt and serves from {position} on ({seconds:.1f} s)")
        if is_of_this_log:
            self._say("--rollback goes back, --drop-previous gives its space back")
        else:
            rebuilding.drop_previous(name)
            self._say("the previous set was of another log and is dropped")

    def _begin(self, name: str) -> None:
        if rebuilding.exists(name, PREVIOUS):
            raise CommandError(
                f"The previous set of {name} is still kept: --drop-previous drops it, "
                "--rollback goes back to it."
            )
        if rebuilding.exists(name, SHADOW):
            self._say("going on where an earlier rebuild was ended")
        else:
            rebuilding.begin(name)

    def _fill(self, name: str, batch: int) -> None:
        last = None
        for last in rebuilding.fill(name, batch=batch):
            if time.monotonic() - self._shown_at > EVERY_SECONDS:
                self._shown_at = time.monotonic()
                self._say(_told(last))
        if last is not None:
            self._say(_told(last))

    def _compare(self, name: str, *, is_of_this_log: bool, accepts: bool) -> None:
        """Look at both sets at one position; the log decides, not the live tables."""
        with rebuilding.snapshot_of_both(name, SHADOW) as position:
            if is_of_this_log:
                self._say(f"comparing with the live tables at position {position}")
                self._show_all(rebuilding.differences(name, SHADOW))
            else:
                self._say("the live tables are of another log: nothing to compare")
            self._say("comparing with the log")
            report = rebuilding.prove(name, SHADOW, on_progress=self._progress)
        for finding in report.findings[:SHOWN]:
            self._say(str(finding))
        told = f"{report.events} events: {report.differences} differences to the log"
        self._say(f"{told}, {report.seconds:.1f} s")
        if report.differences and not accepts:
            raise CommandError(
                "The new tables are not what the log adds up to, and are not swapped "
                f"in. Run rebuild {name} again, with --accept-differences if they "
                "shall be, or with --discard."
            )

    def _progress(self, report: Report) -> None:
        if time.monotonic() - self._shown_at > EVERY_SECONDS:
            self._shown_at = time.monotonic()
            rate = report.orders / report.seconds
            left = max(0, report.total - report.orders) / rate
            self._say(f"{report.orders} orders, {rate:.0f}/s, {left:.0f} s left")

    def _show_all(self, found: list[Difference]) -> None:
        for difference in found:
            self._show(difference)
        if not found:
            self._say("no row differs from the live tables")

    def _show(self, difference: Difference) -> None:
        counts = {
            "rows only in the new tables": difference.only_new,
            "rows only in the live tables": difference.only_live,
            **{f"differ in {c}": n for c, n in difference.columns.items()},
        }
        told = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
        self._say(f"{difference.table}: {told}")
        for sample in difference.samples:
            self._say(f"  {sample}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        sys.stdout.flush()


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError
    return count


def _told(progress: Progress) -> str:
    left = progress.seconds_left
    ahead = "" if left is None else f", {left:.0f} s left"
    return (
        f"at {progress.position} of {progress.head}: {progress.events} events, "
        f"{progress.rate:.0f}/s{ahead}"
    )
