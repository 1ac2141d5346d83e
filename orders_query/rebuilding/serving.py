"""Carries out what is asked for, one after the other, in the owner's process."""

import logging
import time

import psycopg
from django.db import Error, InterfaceError, OperationalError, connections

from orders_query.databases import PRIMARY
from orders_query.models import Action, RebuildRequest
from orders_query.rebuilding import asked
from orders_query.rebuilding.carrying import Wish, carry_out
from orders_query.rebuilding.noting import Notebook, Noting
from orders_query.rebuilding.sole import AlreadyRunning, sole

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
# A connection of ours may be Django's or psycopg's own.
TROUBLE = (Error, psycopg.Error)
SHUTTING_DOWN = {"57P01", "57P02", "57P03"}
LOST = (OperationalError, InterfaceError, psycopg.OperationalError)


class NotTheOwner(Exception):
    """This process may not make tables."""


def serve() -> None:
    """
    Look for requests until this process is ended; it may be at any moment.

    :raises NotTheOwner: if it could not carry them out
    """
    while not _may_begin():
        time.sleep(POLL_SECONDS)
    with Notebook().kept() as notebook:
        while True:
            try:
                _look(notebook)
            except TROUBLE as error:
                _tell(error)
            time.sleep(POLL_SECONDS)


def _may_begin() -> bool:
    try:
        _require_owner()
    except TROUBLE as error:
        _tell(error)
        return False
    return True


def _tell(error: Exception) -> None:
    """Wait for a database that is away; what was begun stays open, and goes on."""
    logger.warning("A database is away: %s", type(error).__name__)
    connections.close_all()


def _look(notebook: Notebook) -> None:
    for request in asked.open_ones():
        try:
            with sole(request.projection):
                if asked.take(request):
                    _carry_out(request, notebook)
        except AlreadyRunning:
            continue  # a rebuild by hand, or a verification: it waits for that
        _close_others()


def _carry_out(request: RebuildRequest, notebook: Notebook) -> None:
    logger.info("%s of %s begins", request.action, request.projection)
    noting = notebook.open_at = Noting(request)
    try:
        outcome = carry_out(_wish(request), noting)
    except LOST as error:
        if _is_lost(error):
            raise
        outcome = _failed(noting, error)
    except Exception as error:
        outcome = _failed(noting, error)
    finally:
        notebook.open_at = None
    logger.info("%s of %s: %s", request.action, request.projection, outcome)


def _failed(noting: Noting, error: Exception) -> str:
    asked.fail(noting.request, error, findings=noting.findings)
    return f"failed, {type(error).__name__}"


def _wish(request: RebuildRequest) -> Wish:
    return Wish(
        projection=request.projection,
        action=Action(request.action),
        accepts_differences=request.accepts_differences,
    )


def _close_others() -> None:
    """Keep no connection for which there is no work."""
    for connection in connections.all(initialized_only=True):
        if connection.alias != PRIMARY:
            connection.close()


def _is_lost(error: Exception) -> bool:
    """Tell whether a database has gone away, be it the log's or the read primary."""
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    code = getattr(cause, "sqlstate", None)
    return code is None or code.startswith("08") or code in SHUTTING_DOWN


def _require_owner() -> None:
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(_IS_OWNER, [RebuildRequest._meta.db_table])
        found = cursor.fetchone()
    if not (found and found[0]):
        raise NotTheOwner(
            "This process is not the owner of the read tables: "
            "set QUERY_DATABASE_OWNER_URL."
        )


_IS_OWNER = """
select pg_has_role(current_user, relowner, 'usage') from pg_class
where oid = to_regclass(%s)
"""
