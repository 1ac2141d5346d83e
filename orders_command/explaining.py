"""Tells with a refused command what has happened to its order."""

import logging
from uuid import UUID

import orjson
from django.db import Error

from orders_command import feed
from orders_command.domain.errors import TOLD_AT_MOST, Conflict
from orders_command.wording import json_of, of_refusal

logger = logging.getLogger(__name__)


def explain(conflict: Conflict, *, order_id: UUID) -> None:
    """
    Add where the order stood, and the events that its caller may not know of.

    They are read after the command was rolled back, up to the version that it was
    decided on. The refusal stands without them, so a database that fails now is only
    logged.
    """
    after = max(conflict.known, conflict.version - TOLD_AT_MOST)
    try:
        events = feed.events_of(order_id, after=after, up_to=conflict.version)
    except Error as error:
        logger.warning("A conflict stays unexplained: %s", type(error).__name__)
        return
    conflict.extra = {
        "currentVersion": conflict.version,
        "currentStatus": conflict.status,
        "events": orjson.Fragment(json_of([of_refusal(event) for event in events])),
    }
