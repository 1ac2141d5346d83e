"""Brings the read tables up to the log. Safe to run twice, or twice at once."""

from orders_query.projector.running import catch_up
from orders_query.projector.stepping import LogReplaced, step

__all__ = ["LogReplaced", "catch_up", "step"]
