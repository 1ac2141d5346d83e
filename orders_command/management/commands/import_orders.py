"""manage.py import_orders: past orders from a CSV file, with the events they had."""

import gc
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from orders_command.importing import (
    BATCH,
    Interrupted,
    Problem,
    Tally,
    Unusable,
    import_orders,
)

EVERY_SECONDS = 1.0
UNUSABLE, AWAY, BY_CTRL_C = 2, 3, 130


class Command(BaseCommand):
    help = (
        "Bring past orders in from a CSV file: a row for each item, rows of an order "
        "together. Ended in the middle, it goes on when it is called again. Ends with "
        "status 1 if an order was refused, 2 if the file cannot be used."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument(
            "--dry-run", action="store_true", help="only check; nothing is stored"
        )
        parser.add_argument(
            "--batch", type=_count, default=BATCH, help="orders at a time"
        )

    def handle(self, *, file: Path, dry_run: bool, batch: int, **_: Any) -> None:
        began, tally = time.monotonic(), Tally()
        try:
            self._import(file, is_dry=dry_run, batch=batch, tally=tally)
        except Unusable as unusable:
            raise CommandError(str(unusable), returncode=UNUSABLE) from None
        except Interrupted as away:
            told = f"The command database takes nothing ({away}). {_so_far(tally)}"
            raise CommandError(told, returncode=AWAY) from None
        except KeyboardInterrupt:
            raise CommandError(_so_far(tally), returncode=BY_CTRL_C) from None
        self.stdout.write(_summary(tally, time.monotonic() - began, is_dry=dry_run))
        if tally.refused:
            # The report has said it all.
            raise SystemExit(1)

    def _import(self, file: Path, *, is_dry: bool, batch: int, tally: Tally) -> None:
        currency, progress = settings.DEFAULT_CURRENCY, _Progress(tally)
        try:
            with _collecting_seldom():
                for problems in import_orders(
                    file, currency=currency, is_dry=is_dry, batch=batch, tally=tally
                ):
                    self._report(problems)
                    progress.show()
        finally:
            progress.end()

    def _report(self, problems: list[Problem]) -> None:
        for problem in problems:
            self.stdout.write(str(problem))
        if problems:
            sys.stdout.flush()


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """An import makes no cycles, and looking for them costs it a fifth of its time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


class _Progress:
    """A line each second; on a terminal one that is written over."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._shown_at = time.monotonic()
        self._is_terminal = sys.stderr.isatty()
        self._has_shown = False

    def show(self) -> None:
        if time.monotonic() - self._shown_at < EVERY_SECONDS:
            return
        self._shown_at = time.monotonic()
        line = _progress(self._tally)
        sys.stderr.write(f"\r{line} " if self._is_terminal else f"{line}\n")
        sys.stderr.flush()
        self._has_shown = True

    def end(self) -> None:
        if self._has_shown and self._is_terminal:
            sys.stderr.write("\n")


def _progress(tally: Tally) -> str:
    seconds = max(tally.seconds, 0.001)
    share = tally.done / tally.size if tally.size else 1.0
    left = seconds * (1 - share) / share if share else 0.0
    return (
        f"{tally.stage}: {tally.orders:,} orders, {tally.orders / seconds:,.0f}/s, "
        f"{tally.done / 1e6:,.1f} of {tally.size / 1e6:,.1f} MB, {left:,.0f} s left"
    )


def _so_far(tally: Tally) -> str:
    return (
        f"Stopped; {tally.imported:,} orders at least were brought in. "
        "The same command goes on from there."
    )


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError
    return count


def _summary(tally: Tally, seconds: float, *, is_dry: bool) -> str:
    told = f"{tally.already_there:,} already there, {tally.refused:,} refused"
    if is_dry:
        return f"{tally.imported:,} could be imported, {told}, {seconds:.1f} s"
    return (
        f"{tally.imported:,} imported, {told}, {tally.customers:,} customers made, "
        f"{seconds:.1f} s"
    )
