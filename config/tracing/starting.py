"""Makes a process's tracer, if the extra `telemetry` is installed."""

import logging
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from config.tracing.tracer import Tracer

logger = logging.getLogger(__name__)


@cache
def start() -> "Tracer | None":
    """Return the tracer of this process, None (and a line in the log) if it cannot."""
    try:
        # Only here: who wants no traces loads none of it.
        from config.tracing import exporting, tracer  # noqa: PLC0415
    except ImportError as missing:
        logger.error(  # noqa: TRY400 - where it was looked for tells nobody anything
            "No traces are sent: %s is not installed. "
            "Install the extra `telemetry` (docs/how-to/trace.md).",
            missing.name,
        )
        return None
    return tracer.Tracer(exporting.provider(share=settings.TRACED_SHARE))


def end() -> None:
    """Send what is left, within a second, when this process is about to end."""
    if settings.TRACER and start.cache_info().currsize:
        found = start()
        if found is not None:
            found.end()
