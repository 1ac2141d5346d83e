"""Signs of life of processes that answer no request: the time of a file moves.

`config/probe.py` looks at it, as the health check of a container. Of the worker it says
that tasks end, of beat that its rings reach the broker.
"""

from pathlib import Path
from typing import Any

from celery.signals import after_task_publish, beat_init, task_postrun
from django.conf import settings


@task_postrun.connect
def show(**_: Any) -> None:
    """Move the time of the file that HEARTBEAT_FILE names, if it names one."""
    if settings.HEARTBEAT_FILE:
        Path(settings.HEARTBEAT_FILE).touch()


@beat_init.connect
def _show_rings(**_: Any) -> None:
    after_task_publish.connect(show)
