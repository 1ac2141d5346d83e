"""The database aliases, from URLs: `default` decides, `query` is the read primary,
`replica_1`, `replica_2`, … are its streaming replicas.

The URLs of the first two may name several hosts, as in HOST:PORT,HOST:PORT: the one
that takes writes is used. Then `standby` is any of the command database's.
"""

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from config import deadlines, failover, instants, prepared  # noqa: F401 - all hook in

CONNECT_SECONDS = 2  # with one retry this still answers 503 within 3 s
COMMAND_TIMEOUT_MS = 10_000  # bounds how long the feed waits for a hole
OTHER_TIMEOUT_MS = 60_000
QUERY_SECONDS = 10.0
STANDBY = "standby"
COMMAND_SECONDS = 2.5  # of one statement, before its server counts as frozen
REPLICA_SECONDS = 5.0  # a frozen one is found out sooner, by the watch over it
REPLICA_STATEMENT_MS = 4_500  # ended by the server itself: slow, not frozen


def database(
    url: str,
    *,
    timeout_ms: int,
    seconds: float | None = None,
    read_only: bool = False,
) -> dict[str, Any]:
    """Return Django's settings for one alias: persistent, bounded, checked on reuse."""
    settings: dict[str, Any] = environ.Env.db_url_config(url)
    attributes = {}
    if _names_several(settings):
        attributes["target_session_attrs"] = "any" if read_only else "read-write"
        if read_only:  # the last named are the standbys: they are asked first
            for part in ("HOST", "PORT"):
                settings[part] = ",".join(reversed(str(settings[part]).split(",")))
    options = [f"-c transaction_timeout={timeout_ms}"]
    if read_only:
        options.append("-c default_transaction_read_only=on")
        options.append(f"-c statement_timeout={REPLICA_STATEMENT_MS}")
    return {
        **settings,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        deadlines.SETTING: seconds,
        "DISABLE_SERVER_SIDE_CURSORS": False,
        "OPTIONS": {
            "connect_timeout": CONNECT_SECONDS,
            "keepalives_idle": 10,
            "tcp_user_timeout": 5_000,
            "options": " ".join(options),
            **prepared.OPTIONS,
            **attributes,
            **settings.get("OPTIONS", {}),
        },
    }


def databases(
    *, command: str, query: str, replicas: list[str], is_bounded: bool = True
) -> dict[str, dict[str, Any]]:
    """Return DATABASES; with no replica given the read primary serves all reads."""
    aliases = {
        "default": database(
            command,
            timeout_ms=COMMAND_TIMEOUT_MS,
            seconds=COMMAND_SECONDS if is_bounded else None,
        ),
        "query": database(
            query,
            timeout_ms=OTHER_TIMEOUT_MS,
            seconds=QUERY_SECONDS if is_bounded else None,
        ),
    }
    if _names_several(aliases["default"]):
        aliases[STANDBY] = database(
            command,
            timeout_ms=COMMAND_TIMEOUT_MS,
            seconds=COMMAND_SECONDS,
            read_only=True,
        )
    for number, url in enumerate(replicas, 1):
        aliases[f"replica_{number}"] = replica(url)
    return aliases


def _names_several(settings: dict[str, Any]) -> bool:
    """
    Tell whether a URL names several hosts, each with its port.

    :raises ImproperlyConfigured: if hosts and ports do not pair
    """
    hosts = str(settings["HOST"]).split(",")
    ports = str(settings["PORT"]).split(",")
    if len(hosts) > 1 and (not all(hosts) or len(ports) not in {1, len(hosts)}):
        raise ImproperlyConfigured(
            "In a database URL each host has its port, as in HOST:PORT,HOST:PORT; "
            f"here are {len(hosts)} hosts and {len(ports)} ports."
        )
    return len(hosts) > 1


def replica(url: str) -> dict[str, Any]:
    """Return Django's settings for a replica's alias."""
    return {
        **database(
            url, timeout_ms=OTHER_TIMEOUT_MS, seconds=REPLICA_SECONDS, read_only=True
        ),
        # A read that is lost is asked again elsewhere; and who asks a frozen server
        # whether it is well, and then connects anew, waits twice.
        "CONN_HEALTH_CHECKS": False,
    }
