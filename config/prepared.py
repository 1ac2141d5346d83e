"""Statements that PostgreSQL plans once for each connection: those that say so.

One begins with `-- prepared`. The others are planned each time, for the values they
come with: what is best for a rare status or a long search is not best on average.
Planning took a third of the time of one order's answer, and half of a command's.
"""

from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.signals import connection_created

HINT = "-- prepared"
# Django's options for a connection: values go beside the text; nothing is prepared
# by being asked often.
OPTIONS = {"server_side_binding": True, "prepare_threshold": 2**31}


class Cursor(ServerBindingCursor):
    def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, **how: Any
    ) -> Any:
        if prepare is None:
            prepare = isinstance(query, str) and query.startswith(HINT)
        return super().execute(  # type: ignore[misc]
            query, params, prepare=prepare, **how
        )


def heed_the_hint(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """
    Let a new connection's cursors look for the hint.

    Not behind a pooler that gives each transaction another connection of the server's
    and does not prepare on that one too what was prepared.
    """
    if settings.PREPARED_STATEMENTS:
        connection.connection.cursor_factory = Cursor


connection_created.connect(heed_the_hint)
