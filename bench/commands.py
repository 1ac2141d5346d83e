"""Runs one of manage.py's commands and watches what it says and what it takes."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A command that ended well: its time, its lines with theirs, its memory."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    lines: tuple[tuple[float, str], ...]

    def seconds_until(self, beginning: str) -> float:
        """Return when the command said something that begins so."""
        for seconds, line in self.lines:
            if line.startswith(beginning):
                return seconds
        raise SystemExit(f"no line begins with {beginning!r}: it has other words now?")


def run(*arguments: str, environment: Mapping[str, str]) -> Ran:
    """
    Run a command to its end, from the start of its process on.

    :raises SystemExit: if it fails
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines = [(time.perf_counter() - began, line.rstrip()) for line in process.stdout]
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        told = "\n".join(line for _, line in lines)
        raise SystemExit(f"{arguments[0]} has failed:\n{told}")
    return Ran(
        seconds=time.perf_counter() - began,
        cpu_seconds=used.ru_utime + used.ru_stime,
        peak_mb=used.ru_maxrss / 1024,
        lines=tuple(lines),
    )
