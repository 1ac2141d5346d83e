"""Brings webhooks up to the log for a test, whether or not a worker runs."""

from orders_query import projector
from tests import projected


def catch_up(position: int | None = None) -> int:
    """Project up to a position, the log's head unless told, webhooks too."""
    return projected.catch_up(position, names=projector.PROJECTIONS)
