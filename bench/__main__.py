"""`make bench`: starts a system of its own, measures, and prints what it saw.

`make bench ARGS=lag` or `trouble` measures only that; `make bench ARGS=plans` explains
every question to the read side, with a million orders.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import fuzz, lag, plans, trouble
from bench.system import System
from config.local.ports import free_ports

MEASUREMENTS = {"lag": lag.main, "trouble": trouble.main}
REPLICAS = {"trouble": 2}


@contextmanager
def running_system(*, replicas: int) -> Iterator[System]:
    """Run everything as `make run` does, on free ports and with data of its own."""
    with tempfile.TemporaryDirectory(prefix="orders-bench-") as folder:
        var_dir = Path(folder)
        var_dir.chmod(0o755)
        port = free_ports(1)[0]
        environment = {
            **os.environ,
            "VAR_DIR": folder,
            "PORT": str(port),
            "EMBEDDED_REPLICAS": str(replicas),
        }
        up = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--no-demo"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield _when_ready(var_dir, port, up)
        finally:
            up.send_signal(signal.SIGTERM)
            up.wait(30)


def _when_ready(var_dir: Path, port: int, up: subprocess.Popen[bytes]) -> System:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and up.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz/ready", timeout=4)
            access = json.loads((var_dir / "demo-access.json").read_text())
            urls = json.loads((var_dir / "services.json").read_text())
        except (OSError, ValueError):
            time.sleep(0.1)
        else:
            return System(
                port=port,
                token=access["token"],
                urls=urls,
                var_dir=var_dir,
                pid=up.pid,
            )
    raise SystemExit("The system did not become ready.")


if __name__ == "__main__":
    if sys.argv[1:2] == ["plans"]:
        plans.main(sys.argv[2:])
        raise SystemExit
    known = {**MEASUREMENTS, "fuzz": fuzz.main}
    wanted = sys.argv[1:] or list(MEASUREMENTS)
    if unknown := [name for name in wanted if name not in known]:
        raise SystemExit(f"no such measurement: {unknown[0]}")
    for name in wanted:
        with running_system(replicas=REPLICAS.get(name, 1)) as system:
            known[name](system)
