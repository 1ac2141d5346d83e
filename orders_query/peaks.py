"""The worst of what was noted since somebody last asked. Cheap enough for any path."""

import threading
from datetime import datetime

from django.utils import timezone

Noted = tuple[float, datetime]  # seconds of lag, and when


class Peak:
    """Keeps one figure, whatever is noted; who takes it begins anew."""

    def __init__(self) -> None:
        self._worst: Noted | None = None
        self._lock = threading.Lock()

    def note(self, seconds: float) -> None:
        with self._lock:
            if self._worst is None or seconds > self._worst[0]:
                self._worst = max(0.0, seconds), timezone.now()

    def take(self) -> Noted | None:
        """Return the worst and forget it; None if nothing was noted."""
        with self._lock:
            worst, self._worst = self._worst, None
            return worst
