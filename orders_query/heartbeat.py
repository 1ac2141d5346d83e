"""A sign of life of a process that nobody can ask: the time of a file moves.

`config/probe.py` looks at it, as the health check of a container.
"""

from pathlib import Path

from django.conf import settings


def show() -> None:
    """Move the time of the file that HEARTBEAT_FILE names, if it names one."""
    if settings.HEARTBEAT_FILE:
        Path(settings.HEARTBEAT_FILE).touch()
