"""Runs the whole system as `make run` does, on free ports and with data of its own."""

import json
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.system import System, clean_environment
from config.local.ports import free_ports

READY_WITHIN = 180.0  # s: others may be at work on the machine


@contextmanager
def running_system(*, replicas: int = 1, **settings: str) -> Iterator[System]:
    """Run everything, with these settings in its environment, until it is let go."""
    with tempfile.TemporaryDirectory(prefix="orders-bench-") as folder:
        var_dir = Path(folder)
        var_dir.chmod(0o755)
        port = free_ports(1)[0]
        environment = {
            **clean_environment(var_dir),
            "PORT": str(port),
            "EMBEDDED_REPLICAS": str(replicas),
            **settings,
        }
        with _started(environment) as up:
            yield _when_ready(var_dir, port, up)


@contextmanager
def _started(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    up = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--no-demo"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield up
    finally:
        up.send_signal(signal.SIGTERM)
        up.wait(30)


def _when_ready(var_dir: Path, port: int, up: subprocess.Popen[bytes]) -> System:
    deadline = time.monotonic() + READY_WITHIN
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
