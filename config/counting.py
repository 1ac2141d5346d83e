"""How processes count for Prometheus, and what Celery's tasks come to.

Each process that lives long counts in a file of its own, in the folder that
PROMETHEUS_MULTIPROC_DIR names. Import this before anything that counts.
"""

import os
import socket
from typing import Any

from celery.signals import task_failure, task_retry, task_success
from prometheus_client import Counter, values

FOLDER = os.environ.get("PROMETHEUS_MULTIPROC_DIR")

if FOLDER:
    # Containers that share a folder need a name each: their process numbers are alike.
    values.ValueClass = values.MultiProcessValue(  # type: ignore[no-untyped-call]
        lambda: f"{socket.gethostname()}-{os.getpid()}"
    )
_TASKS = Counter("orders_tasks_total", "Tasks of the worker.", ["task", "state"])

_DROPPED = Counter(
    "orders_messages_dropped_total", "Found in the queue, and none of ours.", ["reason"]
)


def dropped(reason: str) -> None:
    """Count a message that the worker has not taken."""
    _DROPPED.labels(reason).inc()


@task_success.connect
def _succeeded(sender: Any, **_: Any) -> None:
    _TASKS.labels(sender.name, "succeeded").inc()


@task_failure.connect
def _failed(sender: Any, **_: Any) -> None:
    _TASKS.labels(sender.name, "failed").inc()


@task_retry.connect
def _retried(sender: Any, **_: Any) -> None:
    _TASKS.labels(sender.name, "retried").inc()
