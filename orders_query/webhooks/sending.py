"""The process that sends: claims what is due, a thread for each try, settles it.

Only the main thread talks to the databases, and in no transaction but a statement's
own; the others only wait for receivers.
"""

import logging
import queue
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from django.conf import settings
from django.db import Error, connections

from orders_query import metrics
from orders_query.webhooks import (
    claims,
    endpoints,
    filling,
    posting,
    rereading,
    scheduling,
)
from orders_query.webhooks.claims import Claimed
from orders_query.webhooks.messages import Message, messages
from orders_query.webhooks.posting import Answer, Rules
from orders_query.webhooks.presence import Presence
from orders_query.webhooks.scheduling import Outcome, Then

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 64  # tries under way
POLL_SECONDS = 0.2
NOBODY_SECONDS = 1.0  # between looks while there is no endpoint
AWAY_SECONDS = 1.0  # between tries to reach a database
TIDY_SECONDS = 60.0  # between looks at what is blocked, or parked unread
LAST_SECONDS = 3.0  # for what is under way when the process is ended


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A try that is over."""

    claimed: Claimed
    answer: Answer
    seconds: float = 0.0
    is_hopeless: bool = False  # no receiver can mend it, and no time


@dataclass(kw_only=True)
class Sender:
    """Sends until it is told to stop. What is under way then may be sent again."""

    _stopping: threading.Event = field(default_factory=threading.Event)
    _ended: "queue.SimpleQueue[Ended]" = field(default_factory=queue.SimpleQueue)
    _over: list[Ended] = field(default_factory=list)  # and not yet settled
    _flying: Counter[int] = field(default_factory=Counter)  # by endpoint
    _tidied_at: float = 0.0
    _presence: Presence = field(default_factory=Presence)

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                pause = self._round()
                self._presence.show()
                self._wait(pause)
            except Error as error:
                logger.warning("A database is away: %s", type(error).__name__)
                connections.close_all()
                self._stopping.wait(AWAY_SECONDS)
        self._end()

    def _round(self) -> float:
        """Do what there is to be done; return how long to wait for more."""
        self._settle()
        if not claims.is_anybody_there():
            return NOBODY_SECONDS
        is_behind = filling.fill()
        has_begun = self._begin()
        if time.monotonic() - self._tidied_at > TIDY_SECONDS:
            self._tidied_at = time.monotonic()
            claims.put_off()
            rereading.redeliver_unreadable()
        return 0.0 if is_behind or has_begun else POLL_SECONDS

    def _begin(self) -> bool:
        free = MOST_AT_ONCE - self._flying.total()
        if free <= 0:
            return False
        claimed = claims.claim(free=free, flying=self._flying)
        try:
            worded = messages(claimed) if claimed else {}
        except Error:
            for one in claimed:
                claims.let_go(one)
            raise
        begun = [self._start(one, worded[one.pk]) for one in claimed]
        return any(begun)

    def _start(self, one: Claimed, message: Message | str) -> bool:
        """Begin a try; what the machine has no thread for is left for later."""
        if isinstance(message, str):
            self._flying[one.endpoint_id] += 1
            answer = Answer(told=message)
            self._ended.put(Ended(claimed=one, answer=answer, is_hopeless=True))
            return True
        try:
            threading.Thread(
                target=self._try, args=(one, message), name="webhook", daemon=True
            ).start()
        except RuntimeError as error:
            logger.warning("A webhook waits for a thread: %s", error)
            claims.let_go(one)
            return False
        self._flying[one.endpoint_id] += 1
        return True

    def _try(self, one: Claimed, message: Message) -> None:
        began = time.monotonic()
        try:
            answer = _sent(one, message)
        except Exception:
            logger.exception("A webhook could not be sent")
            answer = Answer(told="failed")
        seconds = time.monotonic() - began
        self._ended.put(Ended(claimed=one, answer=answer, seconds=seconds))

    def _wait(self, seconds: float) -> None:
        """Wait for a try to end, or for a while."""
        if self._stopping.is_set():
            return
        try:
            self._over.append(self._ended.get(timeout=max(seconds, 0.001)))
        except queue.Empty:
            return

    def _settle(self) -> None:
        """Note what is over; what cannot be noted now is noted later."""
        while not self._ended.empty():
            self._over.append(self._ended.get())
        while self._over:
            _settle(self._over[0])
            one = self._over.pop(0)
            self._flying[one.claimed.endpoint_id] -= 1

    def _end(self) -> None:
        """Wait a little for what is under way; the rest is sent again by another."""
        until = time.monotonic() + LAST_SECONDS
        try:
            while self._flying.total() and time.monotonic() < until:
                self._settle()
                time.sleep(0.02)
        except Error as error:
            logger.warning("The end is not noted: %s", type(error).__name__)


def _sent(one: Claimed, message: Message) -> Answer:
    rules = Rules(
        seconds=settings.WEBHOOK_TIMEOUT_SECONDS,
        may_be_private=settings.WEBHOOK_ALLOW_PRIVATE,
    )
    keys = endpoints.keys_of(one.salt, one.old_salt, one.old_until)
    headers = message.headers(keys, timestamp=int(time.time()))
    return posting.post(one.url, headers, message.body, rules)


def _settle(ended: Ended) -> None:
    one, answer = ended.claimed, ended.answer
    outcome = _follows(ended)
    if outcome.then is Then.DISABLED and endpoints.disable(
        one.endpoint_id, because=outcome.because
    ):
        logger.error("Webhooks to %s are disabled: %s", one.endpoint, outcome.because)
    if not claims.settle(one, outcome, told=answer.told):
        return  # another sender has it
    metrics.webhook_tried(outcome.then.value, ended.seconds)
    if outcome.then is Then.PARKED:
        logger.error(
            "Webhook %s (%s v%s of %s) to %s is parked: %s",
            one.pk,
            one.type,
            one.version,
            one.order_id,
            one.endpoint,
            answer.told,
        )


def _follows(ended: Ended) -> Outcome:
    if ended.is_hopeless:
        return Outcome(then=Then.PARKED, is_untried=True)
    return scheduling.follows(
        ended.answer,
        tries=ended.claimed.tries,
        waits=settings.WEBHOOK_WAITS,
        failing_days=ended.claimed.failing_days,
        chance=random.random(),  # noqa: S311 - nobody gains from guessing it
    )
