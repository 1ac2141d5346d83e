"""The projector's task, and the bell that calls it. Celery carries no truth: a ring
may be lost, doubled or late, and the next one makes up for it."""

import logging
import time
from contextlib import ExitStack
from datetime import UTC, datetime

import redis
from celery import shared_task
from django.conf import settings
from django.db import Error, connections
from redis.backoff import NoBackoff
from redis.retry import Retry

from orders_command import faults
from orders_query import projector, sampling, sightings, verification, webhooks

logger = logging.getLogger(__name__)

KEY = "ring"  # is there while a ring waits in the queue
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
def project(rung_at: float | None = None) -> None:
    """
    Bring the projections up to the log; may run twice, late, or out of turn.

    `rung_at` is when the doorbell rang, in seconds since 1970; a beat has no ring.
    """
    _answer()
    leaves_at = time.monotonic() + STAYS_SECONDS
    rang = None if rung_at is None else datetime.fromtimestamp(rung_at, UTC)
    try:
        while not _is_done(rang) and time.monotonic() < leaves_at:
            time.sleep(POLL_SECONDS)
    except Error:
        # A broken connection is not used again; the next ring opens a new one.
        connections.close_all()
        raise


@shared_task
def forget_sightings() -> None:
    """Delete what nobody asks for any more, and whom nobody may know."""
    with ExitStack() as steps:  # one that fails keeps nobody from the others
        steps.callback(webhooks.forget)
        steps.callback(sampling.forget)
        steps.callback(sightings.forget)
        steps.callback(projector.erase_given_up)
        steps.callback(projector.erase_left_behind)


@shared_task
def verify_sample() -> None:
    """Compare some orders in random places with the log, beside the projector."""
    verification.sample_in_background()


@shared_task
def retry_unreadable() -> None:
    """Apply what an older worker has parked, not knowing it, beside a newer one."""
    if projector.retry_unreadable():
        projector.erase_left_behind()  # it did not know these words either


@shared_task
def sample_lag() -> None:
    """Keep how far behind the read side is; the greatest of ten seconds counts."""
    try:
        sampling.sample()
    except Error:
        connections.close_all()
        raise


def _is_done(rung_at: datetime | None) -> bool:
    """Work, and tell whether the rest may be left to the next ring: can one come?"""
    if projector.catch_up(rung_at=rung_at, on_step=_tell):
        return ring()
    return broker_answers()


def _tell(projection: str, step: projector.Step) -> None:
    """Pass on what a step has made visible; nobody waits for what comes of it."""
    sightings.look_for(projection, step)
    sampling.note(projection, step)


def broker_answers() -> bool:
    """Tell whether a ring could reach a worker now."""
    try:
        return bool(_valkey.ping())
    except redis.RedisError:
        return False


def ring() -> bool:
    """Call the projector; return False if the broker cannot be reached."""
    try:
        if _valkey.set(KEY, 1, nx=True, px=RING_KEPT_MS):
            faults.reach("ring.before")
            project.apply_async((time.time(),), expires=5, retry=False)
            faults.reach("ring.after")
    except Exception as error:
        logger.warning("The doorbell is silent: %s", type(error).__name__)
        return False
    return True


def _answer() -> None:
    """From here on a new ring is needed: what comes later may not be seen."""
    try:
        _valkey.delete(KEY)
    except redis.RedisError:
        logger.warning("The ring's key is left to expire.")
