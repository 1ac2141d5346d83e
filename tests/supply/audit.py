"""Asks which packages have known vulnerabilities, where the network allows it."""

import json
import subprocess
import sys
from typing import Any

from tests.supply.locks import RUNNING

_UNREACHABLE = ("ConnectionError", "Connection refused", "Max retries", "timed out")
NO_ANSWER = (
    "WARNING: nothing was audited. The index that packages come from here tells of no "
    "vulnerabilities, or cannot be reached. Run this again where it can."
)


def audit() -> int:
    """Print what is known of the packages that run; return the exit status."""
    options = ["--requirement", str(RUNNING), "--require-hashes", "--disable-pip"]
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", *options, "--format=json"],
        capture_output=True,
        text=True,
        check=False,
    )
    status, lines = judged(done.stdout, done.stderr)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return status


def judged(stdout: str, stderr: str) -> tuple[int, list[str]]:
    """
    Return the exit status for what pip-audit has answered, and what to say.

    Only an index that knows nothing at all is no failure: one that leaves out single
    packages would hide them.
    """
    try:
        told: list[dict[str, Any]] = json.loads(stdout)["dependencies"]
    except (ValueError, KeyError):
        is_away = any(word in stderr for word in _UNREACHABLE)
        return (0, [NO_ANSWER]) if is_away else (1, stderr.splitlines()[-10:])
    skipped = [one for one in told if "skip_reason" in one]
    if len(skipped) == len(told):
        return 0, [NO_ANSWER]
    lines = [f"{one['name']}: {one['skip_reason']}" for one in skipped]
    for one in told:
        lines += [
            f"{one['name']} {one['version']}: {found['id']}, "
            f"fixed in {', '.join(found['fix_versions']) or 'nothing yet'}"
            for found in one.get("vulns", ())
        ]
    if lines:
        return 1, lines
    return 0, [f"{len(told)} packages, none with a known vulnerability"]
