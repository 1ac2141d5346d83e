"""An order of the file beside the one that has its reference already."""

from collections.abc import Iterator
from uuid import UUID

from orders_command.events import (
    OrderCreated,
    OrderEvent,
    OrderItemsAmended,
    OrderNoteAdded,
)
from orders_command.importing.checking import Candidate
from orders_command.importing.problems import Problem
from orders_command.importing.reading import CURRENCY, ITEM
from orders_command.store import Known, Past


def differences(
    candidate: Candidate, past: Past, known: Known, *, customer_id: UUID | None
) -> Iterator[Problem]:
    """
    Yield what the file says otherwise; nothing if the known order began like this.

    What has happened to it since does not count, nor that its lines were amended, nor
    where its parcel went, nor what was noted.
    `customer_id` is who has the e-mail of the file now.
    """
    if not _is_same_customer(known, customer_id):
        yield _other(candidate, "customer_email", "is of another customer")
    beside = OrderItemsAmended | OrderNoteAdded  # no steps, and none of them in files
    steps = [e for e in known.events if not isinstance(e[0], beside)]
    for number, (field, at) in enumerate(candidate.times):
        if number >= len(steps):
            yield _other(candidate, field, "has not come so far")
            return
        event, (stored, stored_at) = past.events[number][0], steps[number]
        if type(stored) is not type(event):
            yield _other(candidate, field, "went another way")
            return
        if isinstance(stored, OrderCreated):
            yield from _other_contents(candidate, event, stored)
        if stored_at != at:
            yield _other(candidate, field, "has another time here")


def _is_same_customer(known: Known, customer_id: UUID | None) -> bool:
    """Tell whether it may be: of who was erased or renamed the old e-mail is gone."""
    if known.customer_id == customer_id or known.is_customer_erased:
        return True
    return customer_id is None and known.customer_version > 1


def _other_contents(
    candidate: Candidate, event: OrderEvent, stored: OrderCreated
) -> Iterator[Problem]:
    assert isinstance(event, OrderCreated)
    if event.currency != stored.currency:
        yield _other(candidate, CURRENCY, "has another currency")
    if len(event.items) != len(stored.items):
        yield _other(candidate, ITEM[0], f"has {len(stored.items)} items")
        return
    for line, item, kept in zip(
        candidate.lines, event.items, stored.items, strict=True
    ):
        for field in ITEM:
            if getattr(item, field) != getattr(kept, field):
                yield _other(candidate, field, f"has another {field} here", line=line)


def _other(
    candidate: Candidate, field: str, what: str, *, line: int | None = None
) -> Problem:
    return Problem(
        line=line or candidate.line,
        reference=candidate.reference,
        field=field,
        reason=f"The order that has this reference {what}.",
    )
