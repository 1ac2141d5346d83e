"""What granian serves: Django in threads, and an event loop that waits."""

from django.conf import settings
from django.db import connections

from config.serving.bodies import Limits
from config.serving.front import Front
from config.serving.hub import Hub
from config.wsgi import application as django
from orders_query import queries

application = Front(
    django,
    hub=Hub(queries.moved, give_up=connections.close_all),
    # One works; the others hold readers that wait for their token.
    threads=1 + settings.WAIT_SLOTS,
    body_limits=Limits(
        size=settings.DATA_UPLOAD_MAX_MEMORY_SIZE, seconds=settings.BODY_SECONDS
    ),
    max_listeners=settings.MAX_LISTENERS,
)
