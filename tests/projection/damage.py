"""What makes an event fail, done to real rows, and undone again."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from uuid import UUID

import psycopg

from config.local.addresses import OWNER_URLS
from config.local.embedded import Embedded
from orders_command.handlers import Receipt
from orders_query.projector.running import LOCK

Damage = Callable[[Embedded, UUID, int], AbstractContextManager[None]]


@contextmanager
def out_of_step(services: Embedded, order_id: UUID) -> Iterator[None]:
    """Let the read row be at another version than the next event follows."""
    url = services.environment()[OWNER_URLS[1]]
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(MOVE_VERSION, [7, order_id])
        try:
            yield
        finally:
            owner.execute(MOVE_VERSION, [-7, order_id])


@contextmanager
def as_many_orders(
    owner: psycopg.Connection, customer_id: UUID, *, more: int
) -> Iterator[None]:
    """Let a customer's totals tell of so many more orders than there are."""
    owner.execute(MORE_ORDERS, [more, customer_id])
    try:
        yield
    finally:
        owner.execute(MORE_ORDERS, [-more, customer_id])


@contextmanager
def unknown_shape(services: Embedded, order_id: UUID, version: int) -> Iterator[None]:
    """Let an event be of a shape that only a later release knows."""
    url = services.environment()[OWNER_URLS[0]]
    with psycopg.connect(url, autocommit=True) as owner:
        _set_shape(owner, order_id, version, 99)
        try:
            yield
        finally:
            _set_shape(owner, order_id, version, 1)


@contextmanager
def unknown_type(services: Embedded, order_id: UUID, version: int) -> Iterator[None]:
    """Let an event be of a type that only a later release knows."""
    url = services.environment()[OWNER_URLS[0]]
    with psycopg.connect(url, autocommit=True) as owner:
        known = owner.execute(TYPE_OF, [order_id, version]).fetchone()
        assert known is not None
        _set(owner, SET_TYPE, ["OrderTeleported", order_id, version])
        try:
            yield
        finally:
            _set(owner, SET_TYPE, [known[0], order_id, version])


@contextmanager
def nobody_reads(services: Embedded) -> Iterator[None]:
    """Let no runner be at work: a batch in its hand would be applied."""
    url = services.environment()[OWNER_URLS[1]]
    with psycopg.connect(url) as held:
        held.execute("select pg_advisory_xact_lock(hashtext(%s))", [LOCK])
        yield
        held.rollback()


@contextmanager
def unreadable(
    services: Embedded,
    place: Callable[[], Receipt],
    version: int,
    how: Damage = unknown_shape,
) -> Iterator[Receipt]:
    """Append by `place`, and let that version be unknown before any worker reads it."""
    with ExitStack() as damage:
        with nobody_reads(services):
            receipt = place()
            damage.enter_context(how(services, receipt.order_id, version))
        yield receipt


def _set_shape(
    owner: psycopg.Connection, order_id: UUID, version: int, shape: int
) -> None:
    _set(owner, SET_SHAPE, [shape, order_id, version])


def _set(owner: psycopg.Connection, statement: bytes, values: list[object]) -> None:
    with owner.transaction():
        owner.execute("alter table orders_command_event disable trigger user")
        owner.execute(statement, values)
        owner.execute("alter table orders_command_event enable trigger user")


MOVE_VERSION = """
update orders_query_orderreadmodel set version = version + %s where order_id = %s
"""
TYPE_OF = """
select type from orders_command_event where order_id = %s and version = %s
"""
SET_TYPE = b"""
update orders_command_event set type = %s where order_id = %s and version = %s
"""
SET_SHAPE = b"""
update orders_command_event set shape = %s where order_id = %s and version = %s
"""
MORE_ORDERS = """
update orders_query_customertotals set order_count = order_count + %s
where customer_id = %s
"""
