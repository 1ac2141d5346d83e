"""Which projections there are, and the function of each that applies events."""

from collections.abc import Callable, Sequence
from datetime import datetime

from orders_command.events import Recorded
from orders_query.projector import rows, sales, sets, webhooks
from orders_query.projector.erasing import erase_from_shadow

# Each owns its tables and its checkpoint; none reads another's.
PROJECTIONS: dict[str, Callable[..., None]] = {
    sets.ORDERS: rows.apply_all,
    sets.SALES: sales.apply_all,
    sets.WEBHOOKS: webhooks.apply_all,
}


def apply_to(
    name: str, events: Sequence[Recorded], *, rung_at: datetime | None = None
) -> None:
    """Bring a set up to the events, in a transaction that `sets.use`s it."""
    PROJECTIONS[sets.projection_of(name)](tuple(events), rung_at=rung_at)
    erase_from_shadow(name, events)
