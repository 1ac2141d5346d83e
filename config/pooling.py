"""How many connections each database gets at most: counted from the settings.

A thread that works has a connection to each database and keeps it; the others are those
of the threads that look after something. docs/reference/connections.md has the table.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004
from django.db import Error, connections

COMMAND, QUERY = "default", "query"
Counts = Counter[str]


def of_web_process() -> Counts:
    """Return what one web process opens, by alias."""
    everywhere = [COMMAND, QUERY, *settings.REPLICAS]
    if settings.STANDBY:
        everywhere.append(settings.STANDBY)
    threads = 1 + int(settings.WAIT_SLOTS)
    asked = Counter(dict.fromkeys(everywhere, threads))
    asked += Counter([COMMAND])  # the mail thread
    asked += Counter([QUERY, *settings.REPLICAS] * 2)  # the hub, the watch
    asked += Counter([COMMAND, QUERY, *settings.REPLICAS] * 2)  # /healthz/ready
    if settings.LAG_BUDGET_SECONDS:
        asked += Counter([COMMAND, QUERY])
    return asked


def of_worker_process() -> Counts:
    """Return what one process of a Celery worker opens; its parent opens none."""
    asked = Counter([COMMAND, QUERY])  # the projector
    asked += Counter([QUERY, *settings.REPLICAS])  # the watch
    for replica in settings.REPLICAS:
        asked += Counter([replica, QUERY])  # the lookout, and where it writes
    asked += Counter([COMMAND, QUERY] * 2 + settings.REPLICAS)  # a sample is verified
    return asked


def of_rebuilder() -> Counts:
    """Return what the process that rebuilds opens while it is at work."""
    asked = Counter([COMMAND] * 2)  # the feed, and the snapshot that is compared
    return asked + Counter([QUERY] * 3)  # its own, COPY or a hold, what it notes


def of_sender() -> Counts:
    """Return what the process that sends webhooks opens."""
    return Counter([COMMAND, QUERY])


def of_commands() -> Counts:
    """Return what manage.py may open beside: one long command at a time."""
    return Counter([COMMAND] * 2 + [QUERY] * 4 + settings.REPLICAS)


def at_most() -> Counts:
    """Return what all processes of these settings open together, by alias."""
    counts = of_commands() + of_rebuilder() + of_sender()
    for _ in range(settings.WEB_PROCESSES):
        counts += of_web_process()
    for _ in range(settings.CELERY_WORKER_CONCURRENCY):
        counts += of_worker_process()
    return counts


@register(Tags.database)
def there_is_room(
    app_configs: Any, databases: Iterable[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Hold the count against each server's max_connections, where it can be asked."""
    asked = [alias for alias in databases or () if alias in at_most()]
    servers = {_server(alias): alias for alias in asked}
    found = (_shortage(server, alias) for server, alias in servers.items())
    return [message for message in found if message is not None]


def _shortage(server: str, alias: str) -> CheckMessage | None:
    here = {a: n for a, n in at_most().items() if _server(a) == server}
    needed = sum(here.values())
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute(_ROOM)
            (room,) = cursor.fetchone()
    except Error:
        return None  # what does not answer is told elsewhere
    if needed <= room:
        return None
    parts = ", ".join(f"{a} {n}" for a, n in sorted(here.items()))
    return Warning(
        f"The processes of these settings may open {needed} connections to the server "
        f"of {alias} ({parts}), and it has room for {room}.",
        hint="Raise its max_connections, or lower WEB_PROCESSES or WAIT_SLOTS.",
        id="orders.W001",
    )


def _server(alias: str) -> str:
    """Tell servers apart by their addresses; databases of one share its room."""
    of = connections.settings[alias]
    return f"{of['HOST']}:{of['PORT']}"


_ROOM = """
select sum(case name when 'max_connections' then setting::int else -setting::int end)
from pg_settings where name in
  ('max_connections', 'superuser_reserved_connections', 'reserved_connections')
"""
