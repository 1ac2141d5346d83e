"""Sets the logs up as the settings say: lines to read, or objects for programs."""

import logging
import logging.config
from typing import Any

from django.conf import settings

from config.jsonlines import JsonLine
from config.lines import Line

JSON = "json"


def configure(logging_settings: dict[str, Any]) -> None:
    """Set the logs up, as LOGGING_CONFIG; for programs, warnings are a part of them."""
    logging.config.dictConfig(logging_settings)
    logging.captureWarnings(settings.LOG_FORMAT == JSON)


def chosen() -> logging.Formatter:
    """Return what writes records; granian's own come through it, too."""
    return JsonLine() if settings.LOG_FORMAT == JSON else Line()
