"""
Published. The log for readers outside this app: complete, and in order.

Positions are drawn before commit, so a reader of `position > last` can pass a hole
that fills later. This feed proves each hole before it passes it: whoever drew a
missing number holds RowExclusiveLock on the log's table from before the drawing until
its transaction ends. So it takes the set of holders after a batch was read, waits until
none of those transactions is left, and reads again; what is missing then was rolled
back. Writers never wait. The proof rests on numbers being drawn one at a time by the
INSERT or COPY itself, and on reading the primary outside of any transaction.
"""

from orders_command.feed.proving import Batch, proven_head, read, settled
from orders_command.feed.rows import recorded, with_words
from orders_command.feed.streams import (
    about_how_many,
    age_of_next,
    at,
    backlog,
    by_stream,
    contents,
    count,
    events_of,
    hash_at,
    head,
    remarks,
)

__all__ = [
    "Batch",
    "about_how_many",
    "age_of_next",
    "at",
    "backlog",
    "by_stream",
    "contents",
    "count",
    "events_of",
    "hash_at",
    "head",
    "proven_head",
    "read",
    "recorded",
    "remarks",
    "settled",
    "with_words",
]
