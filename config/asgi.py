"""What granian serves: Django in threads, and an event loop that waits."""

from contextlib import suppress

from django.conf import settings
from django.db import Error, connections

from config.scheduling import work_in_stretches
from config.serving.bodies import Limits
from config.serving.front import Front
from config.serving.hub import Hub
from config.serving.threads import Threads
from config.wsgi import application as django
from orders_query import queries


def _connect() -> None:
    """Open a thread's connections before a request needs them.

    To connect to a server that has just frozen takes two seconds.
    """
    for connection in connections.all():
        with suppress(Error, OSError):
            connection.ensure_connection()


work_in_stretches()  # before there are threads
application = Front(
    django,
    hub=Hub(queries.moved, give_up=connections.close_all),
    # One works; the others hold readers that wait for their token.
    threads=Threads(1 + settings.WAIT_SLOTS, begin=_connect),
    body_limits=Limits(
        size=settings.DATA_UPLOAD_MAX_MEMORY_SIZE, seconds=settings.BODY_SECONDS
    ),
    max_listeners=settings.MAX_LISTENERS,
)
