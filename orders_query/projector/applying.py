"""Applies events to one of the sets of a projection's tables."""

from collections.abc import Sequence
from datetime import datetime

from orders_command.events import Recorded
from orders_query.projector import sets
from orders_query.projector.erasing import erase_from_shadow
from orders_query.projector.registry import PROJECTIONS


def apply_to(
    name: str, events: Sequence[Recorded], *, rung_at: datetime | None = None
) -> None:
    """Bring a set up to the events, in a transaction that `sets.use`s it."""
    PROJECTIONS[sets.projection_of(name)].apply(tuple(events), rung_at=rung_at)
    erase_from_shadow(name, events)
