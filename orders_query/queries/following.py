"""What has changed since a position: for those who follow an order, or all of them.

One change is one event of an order, as the read side has applied it. Positions grow,
so whoever asks again with the last one they got misses nothing and gets nothing twice.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from orders_query.queries.answers import Answer
from orders_query.queries.asking import ANYBODY, Reader
from orders_query.queries.reading import Question, Row, read
from orders_query.queries.statements import ORDERS, TIME

LOOKED_THROUGH = 5_000  # events at a time, whoever's they are


@dataclass(frozen=True, kw_only=True)
class Changes:
    """
    Some changes, oldest first.

    `through` is the position to go on from: all that concerns the follower up to there
    is in `answer`. `has_more` tells that more can be had at once.
    """

    answer: Answer
    through: int
    has_more: bool

    @property
    def is_empty(self) -> bool:
        return self.answer.body == b"[]"


@dataclass(frozen=True, kw_only=True)
class Moved:
    """How far the read side has come, and whom the way there concerns."""

    position: int
    orders: frozenset[UUID]
    customers: frozenset[UUID]


def changes(
    *,
    after: int,
    limit: int,
    order_id: UUID | None = None,
    only_of: UUID | None = None,
    reader: Reader = ANYBODY,
) -> Changes:
    """
    Return the changes after a position: of one order, of one customer's, or of all.

    A stretch of the log without anything for this follower is passed over in parts, so
    an answer may be empty although there is more.

    :raises NotYetConsistent: if nothing fresh enough can be had in time
    """
    asked = Question(
        sql=_CHANGES if order_id is None else _CHANGES_OF,
        parameters={
            "after": after,
            "limit": limit,
            "order_id": order_id,
            "only_of": only_of,
            "through": LOOKED_THROUGH,
        },
    )
    row = read(asked, reader=reader)
    body, through, has_more = row.values
    answer = Answer(
        body=body.encode(), position=row.position, source=row.source, age_ms=row.age_ms
    )
    return Changes(answer=answer, through=max(after, through), has_more=has_more)


def here(*, reader: Reader = ANYBODY) -> Row:
    """Return who would answer this reader now, and at which position that stands."""
    return read(Question(sql=_HERE), reader=reader)


def moved(*, after: int, reader: Reader = ANYBODY) -> Moved:
    """Return whom the events concern that were applied after a position."""
    asked = Question(sql=_MOVED, parameters={"after": after, "through": LOOKED_THROUGH})
    row = read(asked, reader=reader)
    position, orders, customers = row.values
    return Moved(
        position=max(after, position),
        orders=frozenset(map(UUID, orders or ())),
        customers=frozenset(map(UUID, customers or ())),
    )


def frames(changes: Changes) -> bytes:
    """Return the changes as server-sent events, each with its position as the id."""
    told: list[dict[str, Any]] = orjson.loads(changes.answer.body)
    return b"".join(
        b"id: %d\nevent: %s\ndata: %s\n\n"
        % (change["position"], change["type"].encode(), orjson.dumps(change))
        for change in told
    )


_HERE = ORDERS + " select c.position, c.age, true from c"  # noqa: S608

# A stretch of the log ends at the checkpoint, or after so many events.
_STRETCH = """{orders}, stretch as (
    select h.* from orders_query_orderhistory h, c
    where c.fresh and h.position > %(after)s and h.position <= c.position {whose}
    order by h.position limit %(through)s
), ended as (
    select case when count(*) < %(through)s then (select position from c)
           else max(position) end as at from stretch
)"""
_ALL = _STRETCH.format(orders=ORDERS, whose="")
_OF_ORDER = _STRETCH.format(orders=ORDERS, whose="and h.order_id = %(order_id)s")

# What is shown ends with the stretch, or with the last row there is room for.
_SHOWN = f""", mine as (
    select * from stretch h
    where (%(only_of)s::uuid is null or h.customer_id = %(only_of)s)
    order by h.position limit %(limit)s
), through as (
    select case when count(*) < %(limit)s then (select at from ended)
           else max(position) end as at from mine
)
select c.position, c.age, true,
  (select coalesce(json_agg(json_build_object('position', h.position,
     'orderId', h.order_id, 'customerId', h.customer_id, 'version', h.version,
     'type', h.type, 'status', h.status, 'at', {TIME.format("h.at")})
     order by h.position)::text, '[]') from mine h),
  (select at from through), (select at from through) < c.position
from c
"""  # noqa: S608 - built from constants
_CHANGES = _ALL + _SHOWN
_CHANGES_OF = _OF_ORDER + _SHOWN
_MOVED = f"""{_ALL}
select c.position, c.age, true, (select at from ended),
  (select array_agg(distinct order_id::text) from stretch),
  (select array_agg(distinct customer_id::text) from stretch)
from c
"""  # noqa: S608 - built from constants
