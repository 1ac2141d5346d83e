"""Writes down how a request goes, and that its process lives, from a thread of its own:
the steps themselves keep their connection busy for long."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import Error, connections
from django.utils import timezone

from orders_query import heartbeat
from orders_query.databases import PRIMARY
from orders_query.models import Rebuilder, RebuildRequest
from orders_query.rebuilding import asked
from orders_query.rebuilding.carrying import SHOWN
from orders_query.rebuilding.filling import EVENTS, Progress

logger = logging.getLogger(__name__)

NOTE_SECONDS = 1.0
LEAVING_SECONDS = 5.0  # at most; it is a note of the process that leaves
LIVES_EVERY = 5  # notes
ONLY = 1  # the key of the row


class Noting:
    """Listens to one request at a time; a thread writes what it has heard."""

    def __init__(self, request: RebuildRequest) -> None:
        self.request = request
        self.findings: list[str] = []
        self._heard: dict[str, Any] = {}
        self._events = 0
        self._is_new = False
        self._lock = threading.Lock()

    def enters(self, phase: str) -> None:
        self._hear(phase=phase, position=0, head=0, rate=0.0)

    def moves(self, progress: Progress) -> None:
        self._hear(position=progress.position, head=progress.head, rate=progress.rate)
        if progress.unit == EVENTS:
            # After a load in bulk they are counted anew.
            self._events = max(self._events, progress.events)
            self._hear(events=self._events)

    def says(self, sentence: str) -> None:
        """Leave what is said to who looks on at a terminal."""

    def finds(self, sentence: str) -> None:
        if len(self.findings) < SHOWN:
            self.findings.append(sentence.strip())

    def settles(self, outcome: str) -> None:
        self.write()
        asked.settle(self.request, outcome, findings=self.findings)

    def write(self) -> None:
        """Write what was heard, unless it is written."""
        with self._lock:
            heard, is_new = dict(self._heard), self._is_new
            self._is_new = False
        try:
            if is_new:
                asked.note(self.request, **heard)
        except Error:
            self._is_new = True
            raise

    def _hear(self, **values: Any) -> None:
        with self._lock:
            self._heard.update(values)
            self._is_new = True


class Notebook:
    """Where the thread looks for what is to be written."""

    def __init__(self) -> None:
        self.open_at: Noting | None = None
        self._is_over = threading.Event()

    @contextmanager
    def kept(self) -> Iterator["Notebook"]:
        """Tell that this process lives, until it ends."""
        thread = threading.Thread(target=self._write, name="noting", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._is_over.set()
            thread.join(LEAVING_SECONDS)

    def _write(self) -> None:
        turn = 0
        while not self._is_over.is_set():
            try:
                if turn % LIVES_EVERY == 0:
                    _is_alive()
                noting = self.open_at  # it may be closed in the next moment
                if noting is not None:
                    noting.write()
            except Error as error:
                logger.warning("Nothing can be noted: %s", type(error).__name__)
                connections.close_all()
            turn += 1
            self._is_over.wait(NOTE_SECONDS)
        _leaves()


def _is_alive() -> None:
    Rebuilder.objects.using(PRIMARY).update_or_create(
        pk=ONLY, defaults={"seen_at": timezone.now()}
    )
    heartbeat.show()


def _leaves() -> None:
    """Say so at once, where one can: else it is found out after a while."""
    try:
        Rebuilder.objects.using(PRIMARY).filter(pk=ONLY).delete()
    except Error as error:
        logger.warning("The end is not noted: %s", type(error).__name__)
    finally:
        connections.close_all()
