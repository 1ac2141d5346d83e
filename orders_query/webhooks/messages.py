"""What is sent: an event as the log for integrators shows it, worded at sending time.

Nothing of it is kept. What has been erased meanwhile is in no message any more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from orders_command import feed
from orders_command.events import OrderCreated, Recorded, Unreadable
from orders_command.wording import json_of, told_outside
from orders_query.projection import type_of
from orders_query.webhooks import signing

UNREADABLE, MISSING = "unreadable", "not in the log"


class Noted(Protocol):
    """An event that is to be sent, by its place."""

    @property
    def pk(self) -> int: ...

    @property
    def order_id(self) -> UUID: ...

    @property
    def position(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Message:
    """The same id for each try and each redelivery; the body is what is signed."""

    webhook_id: str
    body: bytes

    def headers(self, keys: Iterable[bytes], *, timestamp: int) -> dict[str, str]:
        """Return the headers of one try, signed with each of the secrets."""
        signed = signing.signatures(
            keys, webhook_id=self.webhook_id, timestamp=timestamp, body=self.body
        )
        return {
            "Content-Type": "application/json",
            "User-Agent": "orders-webhooks",
            "webhook-id": self.webhook_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signed,
        }


def messages(noted: Iterable[Noted]) -> dict[int, Message | str]:
    """Return what is to be sent, by the delivery; or why it cannot be, in a word."""
    wanted = list(noted)
    events = feed.at({one.position for one in wanted})
    # No amendment is before the log's beginning.
    placed = feed.contents({one.order_id for one in wanted}, before=0)
    created = {event.stream_id: event for event in placed}
    return {one.pk: _message(one, events.get(one.position), created) for one in wanted}


def body_of(recorded: Recorded, *, order_number: str | None) -> bytes:
    """
    Return an event of an order as JSON.

    :raises Unreadable: if this code cannot tell what it says
    """
    _, says = told_outside(recorded.event)
    data: dict[str, Any] = {
        **says,
        "orderId": recorded.stream_id,
        "orderNumber": order_number,
        "version": recorded.version,
        "position": recorded.position,
        "actor": recorded.actor,
    }
    return json_of(
        {
            "type": type_of(recorded.type),
            "timestamp": recorded.occurred_at,
            "data": data,
        }
    )


def _message(
    one: Noted, event: Recorded | None, created: Mapping[UUID, Recorded]
) -> Message | str:
    if event is None or event.stream_id != one.order_id:
        return MISSING
    try:
        number = _number(created.get(one.order_id))
        body = body_of(event, order_number=number)
    except Unreadable:
        return UNREADABLE
    webhook_id = f"msg_{one.order_id.hex}_{one.position}"
    return Message(webhook_id=webhook_id, body=body)


def _number(created: Recorded | None) -> str | None:
    """Return what an order is called; only its first event says so."""
    match created:
        case Recorded(event=OrderCreated() as event):
            return event.order_number
        case _:
            return None
