"""The projector's task, and the bell that calls it. Celery carries no truth: a ring
may be lost, doubled or late, and the next one makes up for it."""

import logging
import time

import redis
from celery import shared_task
from django.conf import settings
from django.db import DatabaseError, connections
from redis.backoff import NoBackoff
from redis.retry import Retry

from orders_query import projector

logger = logging.getLogger(__name__)

ORDERS = "orders"
RING_TIMEOUT_SECONDS = 0.5
STAYS_SECONDS = 30.0  # at work while the broker is away; below the task's time limit
POLL_SECONDS = 0.05
RING_KEPT_MS = 1000  # a ring that waits in the queue speaks for those after it

# The default client would try ten times against a silent peer.
_valkey = redis.Redis.from_url(
    settings.REDIS_URL,
    socket_timeout=RING_TIMEOUT_SECONDS,
    socket_connect_timeout=RING_TIMEOUT_SECONDS,
    retry=Retry(NoBackoff(), 0),
)


@shared_task
def project(projection: str) -> None:
    """Bring a projection up to the log; may run twice, late, or out of turn."""
    _answer(projection)
    leaves_at = time.monotonic() + STAYS_SECONDS
    try:
        while not _is_done(projection) and time.monotonic() < leaves_at:
            time.sleep(POLL_SECONDS)
    except DatabaseError:
        # A broken connection is not used again; the next ring opens a new one.
        connections.close_all()
        raise


def _is_done(projection: str) -> bool:
    """Work, and tell whether the rest may be left to the next ring: can one come?"""
    if projector.catch_up(projection):
        return ring(projection)
    return _broker_answers()


def _broker_answers() -> bool:
    try:
        return bool(_valkey.ping())
    except redis.RedisError:
        return False


def ring(projection: str) -> bool:
    """Call the projector; return False if the broker cannot be reached."""
    try:
        if _valkey.set(_key(projection), 1, nx=True, px=RING_KEPT_MS):
            project.apply_async((projection,), expires=5, retry=False)
    except Exception as error:
        logger.warning("The doorbell is silent: %s", type(error).__name__)
        return False
    return True


def _answer(projection: str) -> None:
    """From here on a new ring is needed: what comes later may not be seen."""
    try:
        _valkey.delete(_key(projection))
    except redis.RedisError:
        logger.warning("The ring's key is left to expire.")


def _key(projection: str) -> str:
    return f"ring:{projection}"
