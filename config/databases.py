"""The database aliases, from URLs: `default` decides, `query` is the read primary,
`replica_1`, `replica_2`, … are its streaming replicas.

The URLs of the first two may name several hosts, as in HOST:PORT,HOST:PORT: the one
that takes writes is used. Then `standby` is any of the command database's.
"""

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from config import (  # noqa: F401 - all but the last hook in
    deadlines,
    failover,
    instants,
    prepared,
    timeouts,
)
from config.timeouts import Limits, of_owner

CONNECT_SECONDS = 2  # with one retry this still answers 503 within 3 s
QUERY_SECONDS = 10.0
STANDBY = "standby"
COMMAND_SECONDS = 2.5  # of one statement, before its server counts as frozen
REPLICA_SECONDS = 5.0  # a frozen one is found out sooner, by the watch over it


def database(
    url: str,
    *,
    limits: Limits,
    seconds: float | None = None,
    read_only: bool = False,
) -> dict[str, Any]:
    """Return Django's settings for one alias: persistent, bounded, checked on reuse."""
    settings = _read(url)
    attributes = _choose_among(settings, read_only=read_only)
    options = [limits.options()]
    if read_only:
        options.append("-c default_transaction_read_only=on")
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


def _choose_among(settings: dict[str, Any], *, read_only: bool) -> dict[str, str]:
    """Return how libpq chooses among several hosts, put in the order to be asked."""
    if not _names_several(settings):
        return {}
    if read_only:  # the last named are the standbys: they are asked first
        for part in ("HOST", "PORT"):
            settings[part] = ",".join(reversed(str(settings[part]).split(",")))
    return {"target_session_attrs": "any" if read_only else "read-write"}


def databases(
    *, command: str, query: str, replicas: list[str], owner: list[str] | None = None
) -> dict[str, dict[str, Any]]:
    """
    Return DATABASES; with no replica given the read primary serves all reads.

    What the `owner` runs has limits of its own on the primaries, and no deadline.
    """
    aliases = {
        "default": database(
            command,
            limits=of_owner(owner) if owner else timeouts.COMMAND,
            seconds=None if owner else COMMAND_SECONDS,
        ),
        "query": database(
            query,
            limits=of_owner(owner) if owner else timeouts.PROJECTOR,
            seconds=None if owner else QUERY_SECONDS,
        ),
    }
    if _names_several(aliases["default"]):
        aliases[STANDBY] = database(
            command,
            limits=timeouts.READER,
            seconds=COMMAND_SECONDS,
            read_only=True,
        )
    for number, url in enumerate(replicas, 1):
        aliases[f"replica_{number}"] = replica(url)
    return aliases


def serve_requests(aliases: dict[str, dict[str, Any]]) -> None:
    """Bound the primaries as a web process needs it; batches may take longer."""
    for alias in ("default", "query"):
        aliases[alias][deadlines.SETTING] = COMMAND_SECONDS
        aliases[alias]["OPTIONS"]["options"] += f" {timeouts.REQUEST.options()}"


def unreadable(what: str) -> ImproperlyConfigured:
    """Return the error for a URL, without a word of it: it has a password."""
    return ImproperlyConfigured(
        f"{what} cannot be read. What is neither letter nor digit in its password has "
        "to be written as %XX, such as %2F for a slash."
    )


def _read(url: str) -> dict[str, Any]:
    try:
        settings: dict[str, Any] = environ.Env.db_url_config(url)
    except ValueError:
        raise unreadable("A database URL") from None
    return settings


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
            url, limits=timeouts.READER, seconds=REPLICA_SECONDS, read_only=True
        ),
        # A read that is lost is asked again elsewhere; and who asks a frozen server
        # whether it is well, and then connects anew, waits twice.
        "CONN_HEALTH_CHECKS": False,
    }
