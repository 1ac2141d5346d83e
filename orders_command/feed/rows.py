"""Rows of the log, and the events they keep."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

import orjson
from django.db import connection

from orders_command import codec
from orders_command.domain import shipments
from orders_command.events import (
    AnyEvent,
    OrderNoteAdded,
    OrderShipped,
    Recorded,
    Unreadable,
)

COLUMNS = """
select position, coalesce(order_id, customer_id), version, type, shape, data::text,
       actor, request_id, occurred_at, recorded_at, hash
from orders_command_event
"""


def all_recorded(rows: Iterable[Any]) -> tuple[Recorded, ...]:
    """Return rows of the log, with those words of shipments and notes kept today."""
    events = tuple(map(recorded, rows))
    told: list[Any] = []
    old: list[Any] = []  # orders whose entry of the log holds the words itself
    for event in events:
        match event.content:
            case OrderShipped(shipment_id=None):
                old.append(event.stream_id)
            case OrderShipped(shipment_id=remark) | OrderNoteAdded(note_id=remark):
                told.append(remark)
            case _:
                pass  # the others have no words, or readers know where they are
    if not (told or old):
        return events
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, [told, old])
        texts, forgotten = cursor.fetchone()
    return with_words(events, texts=texts, forgotten=forgotten)


def with_words(
    events: Iterable[Recorded],
    *,
    texts: Mapping[str, str],
    forgotten: Collection[str],
) -> tuple[Recorded, ...]:
    """
    Return the events with the notes, and what is known of shipments, put in.

    `texts` are remarks by their ids, `forgotten` orders whose customer is erased: what
    old entries say of these themselves is left out.
    """
    return tuple(_told(event, texts, forgotten) for event in events)


def recorded(row: Any) -> Recorded:
    """Return a row of the log, its columns in the order that is selected here."""
    position, stream, version, kind, shape, data, actor, request, at, logged, digest = (
        row
    )
    return Recorded(
        position=position,
        stream_id=stream,
        version=version,
        type=kind,
        content=_content(kind, shape, data),
        actor=actor,
        request_id=request,
        occurred_at=at,
        recorded_at=logged,
        hash=bytes(digest),
    )


def _told(
    event: Recorded, texts: Mapping[str, str], forgotten: Collection[str]
) -> Recorded:
    match event.content:
        case OrderNoteAdded(note_id=note_id):
            noted = replace(event.content, told=texts.get(str(note_id)))
            return replace(event, content=noted)
        case OrderShipped(shipment_id=None) if str(event.stream_id) not in forgotten:
            return event
        case OrderShipped(shipment_id=shipment_id):
            text = texts.get(str(shipment_id))
            sent = replace(event.content, told=shipments.told(text) if text else None)
            return replace(event, content=sent)
        case _:
            return event


def _content(kind: str, shape: int, data: str) -> AnyEvent | Unreadable:
    """One event that cannot be read keeps nobody from the others."""
    try:
        return codec.load(kind, shape, orjson.loads(data))
    except Unreadable as unreadable:
        return unreadable


_WORDS = """-- prepared
select (select coalesce(json_object_agg(id, text), '{}') from orders_command_orderremark
        where id = any(%s)),
       (select coalesce(json_agg(o.id), '[]')
        from orders_command_order o join customers_customer c on c.id = o.customer_id
        where o.id = any(%s) and c.erased_at is not null)
"""
