"""The lock files: which packages they name, and with how many hashes each."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNNING = ROOT / "requirements.lock"
TRACING = ROOT / "requirements-telemetry.lock"
DEVELOPING = ROOT / "requirements-dev.lock"


def locked(path: Path) -> dict[str, int]:
    """Return the packages of a lock file and how many hashes each one has."""
    hashes: dict[str, int] = {}
    name = ""
    for line in path.read_text().splitlines():
        if found := re.match(r"([A-Za-z0-9._-]+)==", line):
            name = found[1]
            hashes[name] = 0
        elif re.match(r" +--hash=sha256:[0-9a-f]{64}( \\)?$", line):
            hashes[name] += 1
        elif line.strip():
            raise ValueError(f"{path.name} has a line that is neither: {line!r}")
    return hashes
