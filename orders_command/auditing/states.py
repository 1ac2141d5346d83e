"""The rows that the command side keeps of a stream, against the fold of its events."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from orders_command.domain.errors import OrderError
from orders_command.domain.order import OrderState, replay
from orders_command.events import (
    CustomerErased,
    Item,
    OrderCancelled,
    OrderCreated,
    OrderEvent,
    OrderNoteAdded,
    OrderShipped,
    Recorded,
    Unreadable,
)

# What data that somebody has changed may do to a calculation.
UNFIT = (ArithmeticError, LookupError, TypeError, ValueError)


class Unfoldable(Exception):
    """The events do not make an order."""


def order_problems(
    events: tuple[Recorded, ...], state: dict[str, Any], items: list[Any]
) -> Iterator[str]:
    """Yield each column of the state row that is not what the events add up to."""
    try:
        folded = _folded(events)
    except Unfoldable as error:
        yield f"the events cannot be folded: {error}"
        return
    expected = {
        **vars(folded),
        "created_at": events[0].occurred_at,
        "last_updated_at": events[-1].occurred_at,
    }
    contents = expected.pop("items")
    for column, value in expected.items():
        if _plain(state[column]) != _plain(value):
            yield (
                f"{column} of the state row is {_plain(state[column])}, "
                f"the log says {_plain(value)}"
            )
    if items != _lines(contents):
        yield "the item rows are not those that the log says"


def remark_problems(
    events: tuple[Recorded, ...], kept: set[UUID], *, is_erased: bool
) -> Iterator[str]:
    """Yield each remark that is missing, or that should have gone with its customer."""
    named = set(_remarks_named(events))
    if is_erased:
        for remark_id in sorted(kept):
            yield f"remark {remark_id} is kept although the customer is erased"
        return
    for remark_id in sorted(named - kept):
        yield f"remark {remark_id} is missing"
    for remark_id in sorted(kept - named):
        yield f"remark {remark_id} is named by no event"


def customer_problems(
    events: tuple[Recorded, ...], state: dict[str, Any]
) -> Iterator[str]:
    """Yield what of the record is not as the log says; never a word of it."""
    last = events[-1]
    if state["version"] == last.version and state["position"] != last.position:
        yield f"position is {state['position']}, the log says {last.position}"
    is_erased = last.type == CustomerErased.__name__
    if is_erased is not (state["erased_at"] is not None):
        yield "the record and the log do not agree about the erasure"
    elif is_erased and state["has_words"]:
        yield "name or e-mail is kept although the customer is erased"
    elif not is_erased and not state["has_words"]:
        yield "name and e-mail are gone although the customer is not erased"


def _folded(events: tuple[Recorded, ...]) -> OrderState:
    try:
        told = [_of_order(recorded) for recorded in events]
        folded = replay(told)
    except (Unreadable, OrderError, *UNFIT) as error:
        raise Unfoldable(f"{type(error).__name__} {error}") from error
    assert folded is not None
    return folded


def _of_order(recorded: Recorded) -> OrderEvent:
    event = recorded.event
    if not isinstance(event, OrderEvent):
        raise Unfoldable(f"{recorded.type} at {recorded.position} is of no order")
    return event


def _lines(items: tuple[Item, ...]) -> list[Any]:
    return [
        (line, item.product_id, item.quantity, str(item.price))
        for line, item in enumerate(items, 1)
    ]


def _remarks_named(events: tuple[Recorded, ...]) -> Iterator[UUID]:
    for recorded in events:
        match recorded.content:
            case (
                OrderCreated(note_id=remark_id)
                | OrderShipped(shipment_id=remark_id)
                | OrderCancelled(reason_id=remark_id)
                | OrderNoteAdded(note_id=remark_id)
            ):
                if remark_id is not None:
                    yield remark_id
            case _:
                pass  # the others have none


def _plain(value: Any) -> str:
    """Compare amounts with all their digits, and times as moments."""
    match value:
        case datetime():
            return str(value.timestamp())
        case Decimal():
            return format(value, "f")
        case _:
            return str(value)
