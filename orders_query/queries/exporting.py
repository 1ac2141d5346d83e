"""All that is kept about a customer, as one document, piece by piece."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError

from customers import directory
from customers.directory import Card
from orders_command.wording import json_of
from orders_query.queries.answers import Answer, NotYetConsistent, Unknown
from orders_query.queries.asking import ANYBODY, Reader
from orders_query.queries.filters import Page
from orders_query.queries.orders import order, orders_of

logger = logging.getLogger(__name__)

PER_READ = 100
CUT_SHORT = b'\n"INCOMPLETE: it was cut short here, please ask again"'


def export(
    customer_id: UUID, *, reader: Reader = ANYBODY
) -> tuple[Answer, Iterator[bytes]]:
    """
    Return what the export begins with, to be told of, and its parts: JSON in the end.

    It holds the record, the linked user, and each order with its items, remarks and
    history, as fresh as the record. An erased person's holds no words. If it has to be
    cut short it is no JSON, and says so; a whole one ends with `"complete": true`.

    :raises customers.directory.CustomerNotFound: if there is no such customer
    :raises NotYetConsistent: if nothing fresh enough can be had in time
    """
    card = directory.find(customer_id)
    reader = replace(reader, at_least=max(reader.at_least, card.position))
    first = orders_of(customer_id, page=Page(limit=PER_READ), reader=reader)
    return first, _parts(card, first, replace(reader, at_least=first.position))


def _parts(card: Card, page: Answer, reader: Reader) -> Iterator[bytes]:
    yield b'{"customer": ' + json_of(_shown(card))
    user = directory.user_of(card.customer_id)
    if user is not None:
        yield b',\n"user": ' + json_of(user)
    yield b',\n"exportedAt": ' + json_of(datetime.now(UTC))
    yield b',\n"orders": ['
    try:
        yield from _orders(card.customer_id, page, reader)
    except (NotYetConsistent, Unknown, DatabaseError):
        # The answer has begun; one that just ends might be taken for all.
        logger.exception("An export was cut short")
        yield CUT_SHORT
        return
    yield b'\n],\n"complete": true}\n'


def _orders(customer_id: UUID, page: Answer, reader: Reader) -> Iterator[bytes]:
    comma = b"\n"
    while True:
        for listed in page.data:
            found = order(
                UUID(listed["orderId"]), expand=frozenset({"history"}), reader=reader
            )
            yield comma + found.body
            comma = b",\n"
        if page.next is None:
            return
        following = Page(limit=PER_READ, cursor=page.next)
        page = orders_of(customer_id, page=following, reader=reader)


def _shown(card: Card) -> dict[str, Any]:
    shown = {
        "customerId": card.customer_id,
        "name": card.name,
        "email": card.email,
        "createdAt": card.created_at,
    }
    return shown if card.erased_at is None else {**shown, "erasedAt": card.erased_at}
