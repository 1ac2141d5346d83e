"""Events as JSON and back, and the hash that chains them."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

import orjson

from orders_command import upcasting
from orders_command.events import AnyEvent, Item, Shipment, Unreadable

Json = dict[str, Any]
EVENT_TYPES: dict[str, type[AnyEvent]] = {
    event_type.__name__: event_type for event_type in get_args(AnyEvent)
}
_IDS = ("customer_id", "note_id", "reason_id", "shipment_id")
_LINES = ("items", "previous_items")
_sorted = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_quoted = json.encoder.encode_basestring_ascii


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event with all that its hash covers."""

    id: UUID
    stream_id: UUID
    version: int
    type: str
    shape: int
    data: Json
    actor: str
    request_id: str
    occurred_at: datetime


def dump(event: AnyEvent) -> tuple[str, Json]:
    """
    Return the event's type and its data: ids and decimals as strings, no nulls.

    :raises ValueError: if it holds words, which are never stored in the log
    """
    data = {key: value for key, value in vars(event).items() if value is not None}
    if "told" in data:
        raise ValueError("What is told of a shipment, or noted, is kept by a remark.")
    for key in _LINES:
        if key in data:
            data[key] = [_dump_item(item) for item in data[key]]
    for key in _IDS:
        if key in data:
            data[key] = str(data[key])
    return type(event).__name__, data


def load(type_name: str, shape: int, data: Json) -> AnyEvent:
    """
    Return the event that was stored, in whichever shape this code knows.

    :raises Unreadable: if this code does not know the type or its shape, or if the data
        are not what they should be
    """
    if type_name not in EVENT_TYPES:
        raise Unreadable(f"Unknown event {type_name} of shape {shape}.")
    try:
        return _loaded(EVENT_TYPES[type_name], upcasting.upcast(type_name, shape, data))
    except (
        AttributeError,
        TypeError,
        ValueError,
        LookupError,
        ArithmeticError,
    ) as error:
        # What is wrong is told, but not with the values: they may be anything.
        raise Unreadable(
            f"The data of this {type_name} cannot be read: {type(error).__name__}."
        ) from error


def chain(previous: bytes, entry: Entry) -> bytes:
    """
    Return the SHA-256 over the predecessor's hash and this entry's content.

    The position is left out since it is not known before the insert, and the time of
    recording since the database sets it.
    """
    return digest(
        previous,
        actor=entry.actor,
        data=canonical(entry.data),
        event_id=str(entry.id),
        occurred_at=moment(entry.occurred_at),
        request_id=entry.request_id,
        shape=entry.shape,
        stream_id=str(entry.stream_id),
        type_name=entry.type,
        version=entry.version,
    )


def digest(  # noqa: PLR0913 - all that a hash covers
    previous: bytes,
    *,
    actor: str,
    data: str,
    event_id: str,
    occurred_at: str,
    request_id: str,
    shape: int,
    stream_id: str,
    type_name: str,
    version: int,
) -> bytes:
    """Return what `chain` does, of parts that are written as JSON has them already."""
    text = (
        f'{{"actor":{_quoted(actor)},"data":{data},"id":"{event_id}",'
        f'"occurred_at":"{occurred_at}","request_id":{_quoted(request_id)},'
        f'"shape":{shape},"stream_id":"{stream_id}","type":{_quoted(type_name)},'
        f'"version":{version}}}'
    )
    return hashlib.sha256(previous + text.encode()).digest()


def canonical(data: Json) -> str:
    """Return data as the JSON that is hashed: keys sorted, nothing but ASCII."""
    if not data:
        return "{}"
    text = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    if text.isascii() and b"\x7f" not in text:
        return text.decode()
    return _sorted.encode(data)  # the slower one escapes the rest


def moment(at: datetime) -> str:
    """Return a time as it is hashed."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.isoformat(timespec="microseconds")


def _loaded(event_type: type[AnyEvent], data: Json) -> AnyEvent:
    fields = dict(data)
    for key in _LINES:
        if key in fields:
            fields[key] = tuple(map(_load_item, fields[key]))
    for key in _IDS:
        if key in fields:
            fields[key] = UUID(fields[key])
    if "told" in fields:
        fields["told"] = Shipment(**fields["told"])
    return event_type(**fields)


def _dump_item(item: Item) -> Json:
    return {
        "product_id": item.product_id,
        "quantity": item.quantity,
        "price": str(item.price),
    }


def _load_item(data: Json) -> Item:
    return Item(
        product_id=data["product_id"],
        quantity=data["quantity"],
        price=Decimal(data["price"]),
    )
