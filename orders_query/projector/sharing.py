"""A batch that was read once, for the next projection that stands at the same place."""

import time
from dataclasses import dataclass, field

from orders_command import feed
from orders_query.projector import sets

KEPT_SECONDS = 1.0


@dataclass(kw_only=True)
class Reading:
    """
    Reads the log for a runner: half of what statistics cost was reading alone.

    What was proven stays so. `orders` is read for anew each time, since it has in it
    what people's shipments are called today; an end of the log is no batch to share.
    """

    _at: tuple[int, int] | None = None
    _batch: feed.Batch | None = None
    _until: float = field(default=0.0)

    def read(self, name: str, *, after: int, limit: int) -> feed.Batch:
        """Return a batch for a set of tables, as the feed gives it."""
        if sets.projection_of(name) == sets.ORDERS:
            return feed.read(after=after, limit=limit)
        is_same = self._at == (after, limit) and time.monotonic() < self._until
        if self._batch is None or not is_same:
            self._batch = feed.read(after=after, limit=limit)
            self._at = (after, limit) if self._batch.events else None
            self._until = time.monotonic() + KEPT_SECONDS
        return self._batch
