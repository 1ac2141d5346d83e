"""manage.py erasures: the journal of erasures, and erasing again after a restore."""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from customers import directory, journal
from customers.directory import CustomerNotFound

ACTOR = "system:erasures"


class Command(BaseCommand):
    help = (
        "Print who was erased as JSON lines, ids and times only; or, after a restore, "
        "erase again whoever has come back with it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--since", help="only those after this position of the log, or since a time"
        )
        what.add_argument(
            "--apply", metavar="FILE", help="erase those of a journal; - is the input"
        )
        what.add_argument(
            "--complete",
            action="store_true",
            help="add to ERASURE_JOURNAL whatever it lacks",
        )

    def handle(
        self, *_: Any, since: str | None, apply: str | None, complete: bool, **__: Any
    ) -> None:
        if apply is not None:
            self._apply(apply)
        elif complete:
            self.stdout.write(f"{journal.complete()} added")
        else:
            for entry in journal.entries(**_after(since)):
                self.stdout.write(journal.written(entry))

    def _apply(self, name: str) -> None:
        outcomes: Counter[str] = Counter()
        # All at once: it may be the file to which these erasures are added.
        for number, line in enumerate(list(_lines(name)), 1):
            if not line.strip():
                continue
            try:
                outcomes[_erased_again(line)] += 1
            except journal.BadEntry as error:
                outcomes["lines refused"] += 1
                self.stderr.write(f"line {number}: {error}")
        for outcome in ("erased again", "erased already", "unknown here"):
            self.stdout.write(f"{outcomes[outcome]} {outcome}")
        if outcomes["lines refused"]:
            raise CommandError(f"{outcomes['lines refused']} lines refused")


def _erased_again(line: str) -> str:
    """Erase whom an entry names, as of the time that it names."""
    customer_id, at = journal.read(line)
    try:
        if directory.find(customer_id).erased_at is not None:
            return "erased already"
        directory.erase(customer_id, actor=ACTOR, at=min(at, timezone.now()))
    except CustomerNotFound:
        return "unknown here"  # registered after the backup was made
    return "erased again"


def _lines(name: str) -> Iterator[str]:
    if name == "-":
        yield from sys.stdin
        return
    try:
        with Path(name).open(encoding="utf-8") as file:
            yield from _decoded(file)
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}") from error


def _decoded(file: TextIO) -> Iterator[str]:
    try:
        yield from file
    except UnicodeDecodeError as error:
        raise CommandError("This is no journal: it is not UTF-8.") from error


def _after(since: str | None) -> dict[str, Any]:
    if since is None:
        return {}
    if since.isdecimal():
        return {"after": int(since)}
    at: datetime | None = None
    try:
        at = parse_datetime(since)
    except ValueError as error:
        raise CommandError(f"--since: {error}") from error
    if at is None or at.tzinfo is None:
        raise CommandError("--since is a position, or a time with its zone.")
    return {"since": at}
