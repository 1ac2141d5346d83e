"""How a log line is written: one line it stays, whatever callers put into it."""

import logging
from types import TracebackType

from config.reporting import traceback_of, without_values

NO_REQUEST = "-"  # what a line is called that is about none
LONGEST = 8_000  # characters of a message; a path may have hundreds of thousands
_CONTROLS = (
    *range(0x20),
    *range(0x7F, 0xA0),
    *range(0x200B, 0x2010),  # without width, and marks of direction
    *range(0x2028, 0x202F),  # line and paragraph ends, and what turns text round
    *range(0x2066, 0x206A),
    0xFEFF,
)
_ESCAPES = {
    code: repr(chr(code))[1:-1] if chr(code) in "\n\r\t" else f"\\u{code:04x}"
    for code in _CONTROLS
}

_ExcInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None]
    | tuple[None, None, None]
)


class Line(logging.Formatter):
    """
    Write control characters as escapes, so that nobody forges a line or a colour.

    A traceback has lines of its own; each is indented, as no record's first line is.
    """

    def __init__(self) -> None:
        super().__init__(
            "%(levelname)s %(name)s [%(request_id)s] %(message)s",
            defaults={"request_id": NO_REQUEST},
        )

    def format(self, record: logging.LogRecord) -> str:
        return super().format(without_values(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        return shortened(escaped(super().formatMessage(record)))

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802
        if ei[1] is None:
            return ""
        lines = traceback_of(ei[1]).split("\n")
        return "\n".join(f"    {escaped(line)}" for line in lines)

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        return "\n".join(f"    {escaped(line)}" for line in stack_info.split("\n"))


def escaped(text: str) -> str:
    """Return a text in which nothing moves the cursor or ends the line."""
    return text.translate(_ESCAPES)


def shortened(text: str) -> str:
    """Return a text of bounded length, and how much is left out."""
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}… and {len(text) - LONGEST} more characters"
