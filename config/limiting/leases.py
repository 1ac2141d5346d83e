"""What a process has taken in advance for those who ask often.

To ask Valkey takes 60 µs of a thread and 40 of Valkey, a tenth of a list of orders. Who
asks a hundred times a second needs no answer for each: it is taken for several at once.
"""

import threading
import time
from dataclasses import dataclass

from config.limiting.budgets import Budget, Verdict

VALID_SECONDS = 1.0  # after which what is left of it is lost
QUICK_SECONDS = 0.1  # spent sooner, the next one is larger
SLOW_SECONDS = 0.4  # spent later, it is smaller
MOST = 64
REMEMBERED = 10_000  # callers


@dataclass(slots=True)
class _Lease:
    size: int
    left: int
    until_full: int  # µs, once all of it is spent
    since: float

    def is_valid(self, now: float) -> bool:
        return self.left > 0 and now - self.since < VALID_SECONDS


class Leases:
    """Grow and shrink with how often each caller asks; who asks seldom has none."""

    def __init__(self) -> None:
        self._of: dict[tuple[str, bytes], _Lease] = {}
        self._lock = threading.Lock()

    def spend(self, budget: Budget, caller: bytes) -> Verdict | None:
        """Take one of what is there, None if nothing is."""
        with self._lock:
            lease = self._of.get((budget.name, caller))
            if lease is None or not lease.is_valid(time.monotonic()):
                return None
            lease.left -= 1
            unspent = lease.left * budget.cost
            return Verdict(budget=budget, until_full=lease.until_full - unspent)

    def wanted(self, budget: Budget, caller: bytes) -> int:
        """Return how many to take next; 1 is to take none in advance."""
        lease = self._of.get((budget.name, caller))
        if lease is None or lease.left > 0:
            return 1
        took = time.monotonic() - lease.since
        if took < QUICK_SECONDS:
            return min(lease.size * 2, MOST)
        return lease.size if took < SLOW_SECONDS else max(1, lease.size // 2)

    def add(
        self, budget: Budget, caller: bytes, *, taken: int, until_full: int
    ) -> None:
        """Note so many that were taken; one of them is spent at once."""
        with self._lock:
            if len(self._of) >= REMEMBERED:
                self._of.clear()
            now, before = time.monotonic(), self._of.get((budget.name, caller))
            kept = before.left if before is not None and before.is_valid(now) else 0
            lease = _Lease(taken, taken - 1 + kept, until_full, now)
            self._of[budget.name, caller] = lease
