"""Lines of many processes on one screen, each with its name before it.

For programs each is an object, as the processes' own are, which are left as they are.
"""

import json
import os
import sys
import threading
import time
from typing import IO, TextIO

from config.jsonlines import instant

COLOURS = (36, 32, 33, 35, 34, 96, 92, 93)
RED = 31


class Console:
    """Write whole lines with a name and, on a terminal, a colour for each name."""

    def __init__(self, stream: TextIO | None = None, *, as_json: bool = False) -> None:
        self._stream = stream or sys.stdout
        self._as_json = as_json
        self._lock = threading.Lock()
        self._colours: dict[str, int] = {}
        forced = "FORCE_COLOR" in os.environ
        self._coloured = (forced or self._stream.isatty()) and (
            "NO_COLOR" not in os.environ
        )

    def say(self, name: str, line: str, *, bad: bool = False) -> None:
        """Write one line; nobody reading any more is no reason to stop."""
        if self._as_json:
            self._write(_object(name, line, "WARNING" if bad else "INFO"))
            return
        label = f"{name:<8} |"
        if self._coloured:
            colour = RED if bad else self._colour(name)
            label = f"\x1b[{colour}m{label}\x1b[0m"
        self._write(f"{label} {line}")

    def follow(self, name: str, output: IO[bytes]) -> threading.Thread:
        """Repeat what a process prints until it closes its output."""

        def repeat() -> None:
            with output:
                for line in output:
                    self.say(name, line.decode(errors="replace").rstrip())

        thread = threading.Thread(target=repeat, name=f"log of {name}", daemon=True)
        thread.start()
        return thread

    def _write(self, line: str) -> None:
        try:
            with self._lock:
                self._stream.write(f"{line}\n")
                self._stream.flush()
        except (OSError, ValueError):
            pass

    def _colour(self, name: str) -> int:
        with self._lock:
            return self._colours.setdefault(
                name, COLOURS[len(self._colours) % len(COLOURS)]
            )


def _object(name: str, line: str, level: str) -> str:
    """Return a line as programs read it; an object that a process wrote is one."""
    if line.startswith("{") and line.endswith("}"):
        return line
    told = {"time": instant(time.time()), "level": level, "logger": "config.local"}
    return json.dumps({**told, "process": name, "request_id": "-", "message": line})
