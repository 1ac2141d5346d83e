"""The journal of erasures: who has to be erased again after a restore. No names in it.

It is a file beside the databases, so that it is there when they are not: an entry is
added when an erasure is committed, and whatever is missing every hour.
"""

import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template.defaultfilters import pluralize
from django.utils.dateparse import parse_datetime

from customers.models import Customer

logger = logging.getLogger(__name__)

# What an erasure touches, in the order in which it is told, and in words.
_TOUCHED = {
    "name": "name",
    "email": "e-mail address",
    "notes": "note",
    "reasons": "reason",
    "shipments": "tracking number",
    "user": "user",
    "tokens": "API token",
}
_ONLY_ONE = frozenset({"name", "email", "user"})


class BadEntry(ValueError):
    """A line is no entry of the journal."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Who was erased, when, where the log tells of it, and how much was touched."""

    customer_id: UUID
    erased_at: datetime
    position: int
    touched: dict[str, int]


def entries(*, after: int = 0, since: datetime | None = None) -> Iterator[Entry]:
    """Yield the erasures after a position of the log, or since a time, in order."""
    found = Customer.objects.filter(erased_at__isnull=False, position__gt=after)
    if since is not None:
        found = found.filter(erased_at__gte=since)
    yield from map(_entry, found.order_by("position").iterator())


def written(entry: Entry) -> str:
    """Return an entry as a line of JSON."""
    return json.dumps(
        {
            "customerId": str(entry.customer_id),
            "erasedAt": entry.erased_at.astimezone(UTC).isoformat(),
            "position": entry.position,
            "touched": entry.touched,
        }
    )


def touched_by_erasure(customer_id: UUID) -> str:
    """Return in words how much an erasure has touched, empty if that is not known."""
    found = Customer.objects.filter(pk=customer_id).values_list("touched", flat=True)
    return told(found.first() or {})


def told(touched: Mapping[str, int]) -> str:
    """Return in words how much was touched, empty if that is not known."""
    return ", ".join(
        word if name in _ONLY_ONE else f"{count} {word}{pluralize(count)}"
        for name, word in _TOUCHED.items()
        if (count := touched.get(name))
    )


def read(line: str) -> tuple[UUID, datetime]:
    """
    Return who was erased, and when.

    :raises BadEntry: if the line is none of this journal
    """
    try:
        told: Any = json.loads(line)
        at = parse_datetime(told["erasedAt"])
        customer_id = UUID(told["customerId"])
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise BadEntry("This line is no entry of the journal.") from error
    if at is None or at.tzinfo is None:
        raise BadEntry("This line is no entry of the journal.")
    return customer_id, at


def keep(customer_id: UUID) -> None:
    """Add a committed erasure to the file; if that fails, the hourly round does it."""
    try:
        _append([_entry(Customer.objects.get(pk=customer_id))])
    except OSError as error:
        logger.error(  # noqa: TRY400 - there is nothing more to tell
            "The journal of erasures cannot be written: %s", error.strerror
        )


def complete() -> int:
    """Add to the file the erasures that it lacks, and return how many that were."""
    kept = _kept()
    return _append(entry for entry in entries() if entry.customer_id not in kept)


def _entry(customer: Customer) -> Entry:
    assert customer.erased_at is not None
    return Entry(
        customer_id=customer.pk,
        erased_at=customer.erased_at,
        position=customer.position,
        touched=customer.touched or {},
    )


def _kept() -> set[UUID]:
    kept = set()
    if settings.ERASURE_JOURNAL and Path(settings.ERASURE_JOURNAL).exists():
        for line in Path(settings.ERASURE_JOURNAL).read_text().splitlines():
            try:
                kept.add(read(line)[0])
            except BadEntry:
                continue  # a torn line: its erasure is added anew
    return kept


def _append(found: Iterable[Entry]) -> int:
    lines = [written(entry) for entry in found]
    if not lines or not settings.ERASURE_JOURNAL:
        return 0
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    file = os.open(settings.ERASURE_JOURNAL, flags, 0o600)
    try:
        # One write, which other processes cannot come between; a torn line ends here.
        torn = "" if _ends_well() else "\n"
        os.write(file, (torn + "\n".join(lines) + "\n").encode())
        os.fsync(file)
    finally:
        os.close(file)
    return len(lines)


def _ends_well() -> bool:
    with Path(settings.ERASURE_JOURNAL).open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
