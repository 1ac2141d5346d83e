"""After a restore: lets the projection go on in the log that there is now."""

from django.db import connections

from orders_command import feed
from orders_query.databases import PRIMARY
from orders_query.projection import WEBHOOKS, stored
from orders_query.webhooks.endpoints import held


class NoSuchEvent(ValueError):
    """The log has no event at a position."""


def resume(*, after: int) -> None:
    """
    Let webhooks go on after an event of this log, whatever log they had known.

    Nothing is taken back and nothing doubled: an event that is noted already stays so.
    Who was to be sent more from the log begins there at the latest.

    :raises NoSuchEvent: if there is none at that position, unless it is 0
    """
    digest = feed.hash_at(after)
    if digest is None and after != 0:
        raise NoSuchEvent(f"The log has no event at position {after}.")
    with held(), connections[PRIMARY].cursor() as cursor:
        cursor.execute(_MOVE, [after, digest or b"", stored(WEBHOOKS)])
        cursor.execute(_NO_FARTHER, {"after": after})


_MOVE = """
update orders_query_checkpoint
set position = %s, hash = %s, tries = 0, halted = '', moved_at = clock_timestamp()
where name = %s
"""
_NO_FARTHER = """
update orders_query_webhookendpoint
set cursor = case when cursor is not null then least(cursor, %(after)s) end,
    starts_after = least(starts_after, %(after)s)
"""
