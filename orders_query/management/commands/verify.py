"""manage.py verify: state rows and read models against the fold of the log."""

import json
import sys
import time
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import DataError, IntegrityError

from orders_query import verification
from orders_query.management.terminal import me
from orders_query.verification import Report

EVERY_SECONDS = 1.0


class Command(BaseCommand):
    help = (
        "Fold the log and compare it with the state rows, and with the read tables on "
        "the read primary and on each replica. Ends with status 1 if anything differs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sample", type=_count, help="only so many orders")
        parser.add_argument("--limit", type=_count, default=50, help="of those shown")
        parser.add_argument("--json", action="store_true", help="for a program")
        parser.add_argument(
            "--repair", type=UUID, metavar="ORDER", help="write this one's rows anew"
        )
        parser.add_argument("--by", default=me(), help="who repairs, for the log")

    def handle(self, *, repair: UUID | None, by: str, **how: Any) -> None:
        try:
            if repair is not None:
                self._repair(repair, actor=f"system:{by}")
            else:
                self._verify(**how)
        except (IntegrityError, DataError) as error:
            # Its words may quote a row.
            raise CommandError(type(error).__name__, returncode=2) from None
        except verification.CannotVerify as error:
            raise CommandError(str(error), returncode=2) from error

    def _repair(self, order_id: UUID, *, actor: str) -> None:
        repaired = verification.repair(order_id, actor=actor)
        for finding in repaired.mended:
            self.stdout.write(f"mended: {finding}")
        for problem in repaired.left:
            self.stdout.write(f"not mended: log: order {order_id}: {problem}")
        self.stdout.write(
            f"order {order_id} is written anew as of position {repaired.position}: "
            f"{len(repaired.mended)} differences mended"
        )

    def _verify(self, *, sample: int | None, limit: int, json: bool, **_: Any) -> None:
        progress = _Progress()
        with verification.snapshots(is_held=sample is None) as snapshots:
            report = verification.verify(
                snapshots, sample=sample, keep=limit, on_progress=progress.show
            )
        progress.end()
        if json:
            self.stdout.write(_as_json(report))
        else:
            self._show(report, limit)
        if not report.is_sound:
            # The report has said it all.
            raise SystemExit(1)

    def _show(self, report: Report, limit: int) -> None:
        for finding in report.findings[:limit]:
            self.stdout.write(str(finding))
        if report.kinds.total() > limit:
            self.stdout.write(f"… and {report.kinds.total() - limit} more")
        for kind, count in report.kinds.items():
            self.stdout.write(f"{count} of {kind}")
        for node, positions in report.positions.items():
            told = ", ".join(f"{name} at {at}" for name, at in positions.items())
            self.stdout.write(f"{node}: {told}")
        self.stdout.write(
            f"{report.orders} orders, {report.customers} customers, {report.events} "
            f"events in {report.seconds:.1f} s: {report.differences} differences"
        )


class _Progress:
    """One line that is written over, and only where somebody looks."""

    def __init__(self) -> None:
        self._shown_at = time.monotonic()
        self._is_watched = sys.stderr.isatty()
        self._has_shown = False

    def show(self, report: Report) -> None:
        if not self._is_watched or time.monotonic() - self._shown_at < EVERY_SECONDS:
            return
        self._shown_at = time.monotonic()
        rate = report.orders / report.seconds
        left = max(0, report.total - report.orders) / rate
        line = f"{report.orders} of about {report.total} orders, {rate:.0f}/s"
        sys.stderr.write(f"\r{line}, {left:.0f} s left, {report.differences} differ ")
        sys.stderr.flush()
        self._has_shown = True

    def end(self) -> None:
        if self._has_shown:
            sys.stderr.write("\n")


def _as_json(report: Report) -> str:
    told = {
        **vars(report),
        "differences": report.differences,
        "findings": [vars(finding) for finding in report.findings],
    }
    return json.dumps(told, default=str)


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError
    return count
