"""Brings the read tables up to the log. Safe to run twice, or twice at once."""

from orders_query.projector.running import catch_up
from orders_query.projector.stepping import (
    ORDERS,
    PROJECTIONS,
    SALES,
    LogReplaced,
    Step,
    step,
)

__all__ = ["ORDERS", "PROJECTIONS", "SALES", "LogReplaced", "Step", "catch_up", "step"]
