"""Holds the new tables against the log, before they may serve."""

from typing import Any

from django.db import connections

from orders_query import verification
from orders_query.databases import PRIMARY
from orders_query.projector import sets, stand_of
from orders_query.verification import Node, Report, Snapshots
from orders_query.verification.verifying import OnProgress


def prove(projection: str, kind: str, *, on_progress: OnProgress) -> Report:
    """
    Compare another set with the log; call it in a snapshot of both sets.

    :raises CannotVerify: if the command database does not answer
    """
    name = sets.name_of(projection, kind)
    with verification.snapshot_of_log() as command:
        sets.use(name)
        node = _node(name, projection)
        report = verification.verify(
            Snapshots(command=command, nodes=(node,)), on_progress=on_progress
        )
    # What is wrong with the log itself is no better in the tables that serve.
    report.keep_only(name)
    return report


def _node(name: str, projection: str) -> Node:
    server: Any = connections[PRIMARY].connection
    return Node(
        name=name,
        connection=server,
        positions={projection: stand_of(name).position},
        covers=frozenset({projection}),
        parked_under={projection: name},
    )
