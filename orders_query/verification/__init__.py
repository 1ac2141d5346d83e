"""Proves that state rows, read rows and sums are what the log adds up to."""

from orders_query.verification.findings import Finding
from orders_query.verification.nodes import CannotVerify, Node, Snapshots, snapshots
from orders_query.verification.repairing import repair
from orders_query.verification.verifying import Report, verify

__all__ = [
    "CannotVerify",
    "Finding",
    "Node",
    "Report",
    "Snapshots",
    "repair",
    "snapshots",
    "verify",
]
