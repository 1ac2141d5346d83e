"""Sees on a replica when something became visible there."""

import threading
import time
from collections.abc import Iterable

import psycopg

LOOK_EVERY = 0.0003  # s, beside the question itself: that is inside all figures
GIVES_UP = 60.0


class Watcher:
    """Polls one number on the replica, and remembers when it first saw each."""

    def __init__(self, url: str, sql: str) -> None:
        self._seen: list[tuple[float, int]] = []
        self._stopped = threading.Event()
        self._replica = psycopg.connect(url, autocommit=True)
        self._thread = threading.Thread(target=self._poll, args=[sql], daemon=True)
        self._thread.start()

    def _poll(self, sql: str) -> None:
        last = -1
        while not self._stopped.is_set():
            (value,) = self._replica.execute(sql).fetchone() or (0,)
            if value != last:
                self._seen.append((time.perf_counter(), value))
                last = value
            time.sleep(LOOK_EVERY)

    def wait_for(self, value: int) -> None:
        deadline = time.monotonic() + GIVES_UP
        while time.monotonic() < deadline:
            if self._seen and self._seen[-1][1] >= value:
                return
            time.sleep(0.01)
        raise SystemExit("The replica did not catch up.")

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        self._replica.close()

    def lags(self, answered: Iterable[tuple[float, int]]) -> list[float]:
        """Return for each (time, number) the ms until the replica had that number."""
        return lags(self._seen, answered)


def lags(
    seen: Iterable[tuple[float, int]], answered: Iterable[tuple[float, int]]
) -> list[float]:
    """Return for each (time, number) the ms until a number as great was seen."""
    first = iter(sorted(seen))
    at, number = next(first)
    found = []
    for when, wanted in sorted(answered, key=lambda pair: pair[1]):
        while number < wanted:
            at, number = next(first)
        found.append(max(0.0, at - when) * 1000)
    return found
