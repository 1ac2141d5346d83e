"""How often a link for a new password may be asked for, counted in Valkey.

Counts are shared by all processes. With Valkey away nothing is counted, and nobody is
kept from a new password for it.
"""

import logging

import redis
from django.conf import settings
from django.utils.crypto import salted_hmac
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

SECONDS = 3600
FROM_ONE_ADDRESS = 20  # of the network
TO_ONE_PERSON = 3
TIMEOUT_SECONDS = 0.5

_valkey = redis.Redis.from_url(
    settings.REDIS_URL,
    socket_timeout=TIMEOUT_SECONDS,
    socket_connect_timeout=TIMEOUT_SECONDS,
    retry=Retry(NoBackoff(), 0),
)


def may_ask(address: str) -> bool:
    """Count a request from a network address, and tell whether it may be heard."""
    return _counted("from", address, FROM_ONE_ADDRESS)


def may_be_sent_to(email: str) -> bool:
    """Count a mail to somebody, and tell whether it may be sent."""
    return _counted("to", email.casefold(), TO_ONE_PERSON)


def _counted(kind: str, whom: str, most: int) -> bool:
    # Nobody's address is kept, in the clear or to be guessed.
    key = f"forgotten:{salted_hmac(kind, whom, algorithm='sha256').hexdigest()}"
    try:
        with _valkey.pipeline() as pipeline:
            pipeline.set(key, 0, ex=SECONDS, nx=True)
            pipeline.incr(key)
            _, count = pipeline.execute()
    except redis.RedisError as error:
        logger.warning("Requests are not counted: %s", type(error).__name__)
        return True
    return int(count) <= most
