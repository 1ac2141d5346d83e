"""Snapshots of every database, taken at one point of the log."""

import os
import socket
import threading
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

ABSENT = "replica"  # the kind of a finding
COMMAND = "default"
NEAR_SECONDS = 10.0  # for a replica to come near; nobody is held up by that
HOLD_SECONDS = 1.0  # for it to come to the very point; the projector is held up
LOCK_SECONDS = 10  # for the projector to end its batch
POLL_SECONDS = 0.01
SILENT_SECONDS = 3.0  # of a replica, before it is given up

Positions = dict[str, int]


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

    `is_held` keeps the projector where it is while the snapshots are taken, so that all
    nodes are at the same position; otherwise each is where it happens to be. It also
    keeps rebuilds away: the swap would wait for these snapshots, and replicas with it.

    :raises CannotVerify: if a database that is needed does not answer, or not any more
    """
    with ExitStack() as stack:
        try:
            nodes, missing = _nodes(stack, is_held=is_held)
            # Last: it has all that any of the others has applied.
            command = stack.enter_context(_session(COMMAND))
            _begin(command)
            yield Snapshots(command=command, nodes=nodes, missing=missing)
        except psycopg.OperationalError as error:
            raise CannotVerify(f"A database does not answer: {error}") from error


@contextmanager
def snapshot_of_log() -> Iterator[Connection]:
    """
    Open a snapshot of the command database alone.

    :raises CannotVerify: if it does not answer
    """
    try:
        with _session(COMMAND) as command:
            _begin(command)
            yield command
    except psycopg.OperationalError as error:
        raise CannotVerify(f"The command database does not answer: {error}") from error


def absent(alias: str, why: object) -> Finding:
    """Say that a replica is not, or not wholly, compared."""
    told = f"{type(why).__name__} {why}" if isinstance(why, Exception) else why
    detail = f"not verified: {told}".strip()
    return Finding(node=alias, kind=ABSENT, detail=detail)


def _nodes(
    stack: ExitStack, *, is_held: bool
) -> tuple[tuple[Node, ...], tuple[Finding, ...]]:
    sessions = {PRIMARY: stack.enter_context(_session(PRIMARY))}
    missing: dict[str, Finding] = {}
    near = _positions(sessions[PRIMARY]) if is_held else {}
    for alias in settings.REPLICAS:
        try:
            sessions[alias] = stack.enter_context(_session(alias))
            _wait_for(sessions[alias], near, NEAR_SECONDS)
        except (psycopg.Error, TimeoutError) as error:
            missing[alias] = absent(alias, error)
    nodes = []
    with ExitStack() as holding:
        held = holding.enter_context(_held(stack)) if is_held else {}
        for alias in [alias for alias in sessions if alias not in missing]:
            try:
                nodes.append(_node(alias, sessions[alias], held))
            except (psycopg.Error, TimeoutError) as error:
                if alias == PRIMARY:
                    raise
                missing[alias] = absent(alias, error)
    return tuple(nodes), tuple(missing.values())


def _node(alias: str, session: Connection, held: Positions) -> Node:
    """Take a snapshot in which the node is where the projector is held."""
    _wait_for(session, held, HOLD_SECONDS)
    _begin(session)
    return Node(name=alias, connection=session, positions=_positions(session))


def _wait_for(session: Connection, wanted: Positions, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while wanted and any(
        _positions(session).get(name, 0) < at for name, at in wanted.items()
    ):
        if time.monotonic() > deadline:
            raise TimeoutError(f"it did not come to {wanted} in {seconds:.0f} s")
        time.sleep(POLL_SECONDS)


@contextmanager
def _held(stack: ExitStack) -> Iterator[Positions]:
    """Keep the projector where it is, and tell where; and rebuilds away for longer."""
    holder = stack.enter_context(_session(PRIMARY))
    for name in sets.TABLES:
        row = holder.execute(_SHARE, [f"rebuild {name}"]).fetchone()
        if not (row and row[0]):
            raise CannotVerify(f"{name} is being rebuilt: verify afterwards.")
    with holder.transaction():
        holder.execute(f"set local lock_timeout = '{LOCK_SECONDS}s'".encode())
        yield dict(holder.execute(_HOLD, [list(sets.TABLES)]).fetchall())


def _positions(session: Connection) -> Positions:
    """Return where each projection's live tables stand."""
    return dict(session.execute(_POSITIONS, [list(sets.TABLES)]).fetchall())


@contextmanager
def _session(alias: str) -> Iterator[Connection]:
    """Connect, for as long as it takes."""
    is_over = threading.Event()
    with health.connect(alias) as connection:
        for statement in _SETTINGS:
            connection.execute(statement)
        if alias in settings.REPLICAS:
            _hang_up_if_silent(alias, connection, is_over)
        try:
            yield connection
        finally:
            is_over.set()


def _begin(session: Connection) -> None:
    """Let what is read from here on be of one moment: this one."""
    session.execute("begin isolation level repeatable read read only")
    session.execute("select").fetchall()


def _hang_up_if_silent(
    alias: str, connection: Connection, is_over: threading.Event
) -> None:
    """A frozen server would be waited for without end."""
    watch = health.watch(alias)
    line = socket.socket(fileno=os.dup(connection.fileno()))

    def look() -> None:
        heard_at = time.monotonic()
        with line:
            while not is_over.wait(POLL_SECONDS * 10):
                if watch.health.works:
                    heard_at = time.monotonic()
                elif time.monotonic() - heard_at > SILENT_SECONDS:
                    line.shutdown(socket.SHUT_RDWR)
                    return

    threading.Thread(target=look, name=f"verify {alias}", daemon=True).start()


_SETTINGS = (
    b"set application_name = 'orders verify'",
    b"set statement_timeout = 0",
    b"set transaction_timeout = 0",
    b"set idle_in_transaction_session_timeout = 0",
    b"set timezone = 'UTC'",
)
_POSITIONS = b"""
select name, position from orders_query_checkpoint where name = any(%s)
"""
_HOLD = b"""
select name, position from orders_query_checkpoint where name = any(%s)
order by name for update
"""
# A rebuild takes the same key for itself alone.
_SHARE = b"select pg_try_advisory_lock_shared(hashtext(%s))"
