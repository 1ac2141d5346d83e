"""Snapshots of every database, taken at one point of the log."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import psycopg
from django.conf import settings

from orders_command.auditing import Connection
from orders_query import health
from orders_query.databases import PRIMARY
from orders_query.projector import sets
from orders_query.verification.findings import Finding

COMMAND = "default"
HOLD_SECONDS = 10.0  # for the projector to end its batch, and for replicas to follow
POLL_SECONDS = 0.01


class CannotVerify(Exception):
    """The databases cannot be held against each other now."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """
    One set of read tables in a snapshot, and where each projection stands there.

    `covers` are the projections whose tables are to be looked at.
    """

    name: str
    connection: Connection
    positions: dict[str, int]
    covers: frozenset[str] = frozenset(sets.TABLES)
    parked_under: dict[str, str] = field(default_factory=dict)  # else as they are named


@dataclass(frozen=True, kw_only=True)
class Snapshots:
    """The log's own database, the nodes, and what is wrong with those not here."""

    command: Connection
    nodes: tuple[Node, ...]
    missing: tuple[Finding, ...] = ()


@contextmanager
def snapshots(*, is_held: bool) -> Iterator[Snapshots]:
    """
    Open a snapshot of each read database, and then of the command database.

    `is_held` keeps the projector where it is until every replica shows that position,
    so that all nodes are at the same one; otherwise each is where it happens to be.

    :raises CannotVerify: if a database that is needed does not answer
    """
    with ExitStack() as stack:
        try:
            nodes, missing = _nodes(stack, is_held=is_held)
            # Last: it has all that any of the others has applied.
            command = stack.enter_context(_snapshot(COMMAND))
            command.execute("select").fetchall()
        except psycopg.OperationalError as error:
            raise CannotVerify(f"A database does not answer: {error}") from error
        yield Snapshots(command=command, nodes=nodes, missing=missing)


@contextmanager
def snapshot_of_log() -> Iterator[Connection]:
    """
    Open a snapshot of the command database alone.

    :raises CannotVerify: if it does not answer
    """
    try:
        with _snapshot(COMMAND) as command:
            yield command
    except psycopg.OperationalError as error:
        raise CannotVerify(f"The command database does not answer: {error}") from error


def position_of(node: Connection) -> dict[str, int]:
    """Return where each projection's live tables stand; the snapshot is taken here."""
    found = node.execute(_POSITIONS, [list(sets.TABLES)]).fetchall()
    return dict(found)


def _nodes(
    stack: ExitStack, *, is_held: bool
) -> tuple[tuple[Node, ...], tuple[Finding, ...]]:
    nodes, missing = [], []
    with ExitStack() as holding:
        held = holding.enter_context(_held()) if is_held else {}
        deadline = time.monotonic() + HOLD_SECONDS
        for alias in (PRIMARY, *settings.REPLICAS):
            try:
                nodes.append(_node(stack, alias, held, deadline))
            except (psycopg.Error, TimeoutError) as error:
                if alias == PRIMARY:
                    raise
                detail = f"not verified: {type(error).__name__} {error}".strip()
                missing.append(Finding(node=alias, kind="replica", detail=detail))
    return tuple(nodes), tuple(missing)


def _node(stack: ExitStack, alias: str, held: dict[str, int], deadline: float) -> Node:
    """Take a snapshot in which the node is where the projector is held."""
    while True:
        with ExitStack() as opening:
            connection = opening.enter_context(_snapshot(alias))
            positions = position_of(connection)
            if not held or positions == held:
                stack.push(opening.pop_all())
                return Node(name=alias, connection=connection, positions=positions)
        if time.monotonic() > deadline:
            raise TimeoutError(f"it did not come to {held} in {HOLD_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)


@contextmanager
def _held() -> Iterator[dict[str, int]]:
    """Keep the projector where it is, and tell where."""
    with health.connect(PRIMARY) as holder, holder.transaction():
        milliseconds = round(HOLD_SECONDS * 1000)
        holder.execute(f"set local lock_timeout = {milliseconds}".encode())
        yield dict(holder.execute(_HOLD, [list(sets.TABLES)]).fetchall())


@contextmanager
def _snapshot(alias: str) -> Iterator[Connection]:
    """Connect, for as long as it takes; what is read is of one moment."""
    with health.connect(alias) as connection:
        connection.execute("set statement_timeout = 0")
        connection.execute("set transaction_timeout = 0")
        connection.execute("begin isolation level repeatable read read only")
        yield connection
        connection.rollback()


_POSITIONS = b"""
select name, position from orders_query_checkpoint where name = any(%s)
"""
_HOLD = b"""
select name, position from orders_query_checkpoint where name = any(%s)
order by name for update
"""
