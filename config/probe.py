"""The health check of a container: `python -I config/probe.py web`, or another name.

A script that imports nothing of ours: it runs every few seconds, and as a module of
the package it would load Django each time. Its status is 0, or 1 with the reason.
"""

import http.client
import os
import sys
import time
from pathlib import Path

PORT = 8000
ANSWER_SECONDS = 4.0  # /healthz/ready has decided after 2.5
# How old the last sign of life may be. A task ends after 50 s, or is ended.
OLDEST = {"worker": 90.0, "beat": 30.0, "rebuilder": 30.0, "webhooks": 30.0}


def why_not(name: str) -> str:
    """
    Return what keeps a service from its work, empty if nothing does.

    :raises SystemExit: if there is no service of that name
    """
    if name == "web":
        return _of_web()
    if name not in OLDEST:
        raise SystemExit(f"one of {', '.join(('web', *OLDEST))} is needed")
    return _of_heartbeat(OLDEST[name])


def _of_web() -> str:
    # Only names that it answers to: a leading dot stands for any name below.
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip(" .")
    port = int(os.environ.get("PORT", PORT))
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        asked.request("GET", "/healthz/ready", headers={"Host": host})
        answer = asked.getresponse()
        body = answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"no answer: {type(error).__name__}"
    finally:
        asked.close()
    return "" if answer.status == 200 else f"{answer.status} {body}"


def _of_heartbeat(oldest: float) -> str:
    try:
        seen_at = Path(os.environ.get("HEARTBEAT_FILE", "")).stat().st_mtime
    except OSError as error:
        return f"no sign of life yet: {type(error).__name__}"
    age = time.time() - seen_at
    return "" if age <= oldest else f"the last sign of life is {age:.0f} s old"


if __name__ == "__main__":
    reason = why_not(" ".join(sys.argv[1:]))
    if reason:
        sys.stderr.write(f"{reason}\n")
    sys.exit(1 if reason else 0)
