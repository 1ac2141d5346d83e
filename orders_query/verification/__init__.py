"""Proves that state rows, read rows and sums are what the log adds up to."""

from orders_query.verification.findings import Finding
from orders_query.verification.keeping import (
    keep,
    sample_in_background,
    verify_sample,
)
from orders_query.verification.nodes import (
    CannotVerify,
    Node,
    Snapshots,
    snapshot_of_log,
    snapshots,
)
from orders_query.verification.repairing import Repaired, repair
from orders_query.verification.verifying import Report, verify

__all__ = [
    "CannotVerify",
    "Finding",
    "Node",
    "Repaired",
    "Report",
    "Snapshots",
    "keep",
    "repair",
    "sample_in_background",
    "snapshot_of_log",
    "snapshots",
    "verify",
    "verify_sample",
]
