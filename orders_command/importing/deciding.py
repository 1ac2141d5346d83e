"""From a typed order to its events: by the rules of the domain, step by step."""

from uuid import UUID

import uuid_utils.compat as uuids

from orders_command import numbers
from orders_command.domain.commands import (
    CancelOrder,
    Command,
    ConfirmOrder,
    CreateOrder,
    DeliverOrder,
    ShipOrder,
)
from orders_command.domain.errors import BadInput, OrderError
from orders_command.domain.order import decide, evolve
from orders_command.importing.checking import Candidate
from orders_command.importing.problems import Problem, Refused
from orders_command.importing.reading import CURRENCY, REFERENCE
from orders_command.store import Past


def decided(candidate: Candidate, customer_id: UUID) -> Past:
    """
    Return what happened to the order, with an id and a number drawn for it.

    :raises Refused: if it cannot have happened
    """
    order_id = uuids.uuid7()
    state, events = None, []
    for field, at in candidate.times:
        try:
            command = _command(field, candidate, order_id, customer_id)
            for event in decide(state, command):
                state = evolve(state, event)
                events.append((event, at))
        except BadInput as refused:
            raise Refused([_problem(candidate, e) for e in refused.errors]) from None
        except OrderError as refused:
            raise Refused([_at(candidate, field, str(refused))]) from None
    assert state is not None
    return Past(order_id=order_id, state=state, events=tuple(events))


def _command(
    field: str, candidate: Candidate, order_id: UUID, customer_id: UUID
) -> Command:
    match field:
        case "ordered_at":
            return CreateOrder(
                order_id=order_id,
                order_number=numbers.draw(),
                customer_id=customer_id,
                items=candidate.items,
                currency=candidate.currency,
                reference=candidate.reference,
            )
        case "confirmed_at":
            return ConfirmOrder(order_id=order_id)
        case "shipped_at":
            return ShipOrder(order_id=order_id)
        case "delivered_at":
            return DeliverOrder(order_id=order_id)
        case "cancelled_at":
            return CancelOrder(order_id=order_id)
        case _:
            raise ValueError(field)


def _problem(candidate: Candidate, error: dict[str, str]) -> Problem:
    """Find the line and the column of what the rules refuse."""
    match error["pointer"].split("/")[1:]:
        case ["items", number, field]:
            line = candidate.lines[int(number)]
            return _at(candidate, field, error["detail"], line=line)
        case ["currency"]:
            return _at(candidate, CURRENCY, error["detail"])
        case _:
            return _at(candidate, REFERENCE, error["detail"])


def _at(
    candidate: Candidate, field: str, reason: str, *, line: int | None = None
) -> Problem:
    return Problem(
        line=line or candidate.line,
        reference=candidate.reference,
        field=field,
        reason=reason,
    )
