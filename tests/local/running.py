"""A real `manage.py up` in a `var/` of its own."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import psutil

from config.local.application import ROOT, is_up
from config.local.ports import free_ports
from tests.services import without_services
from tests.waiting import eventually


class Running:
    """Starts the runner, looks at its processes and reads what it printed."""

    def __init__(self, var_dir: Path, **more: str) -> None:
        self.var_dir = var_dir
        self.port = free_ports(1)[0]
        self.log = var_dir.with_suffix(".log")
        self.process = self.start(**more)

    def start(self, **more: str) -> subprocess.Popen[bytes]:
        """Start it, as `make run` does."""
        environment = {
            **without_services(),
            "VAR_DIR": str(self.var_dir),
            "PORT": str(self.port),
            **more,
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--no-demo"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self.process

    def ready(self) -> None:
        """Wait until it says that it serves; fail at once if it ended instead."""

        def is_ready() -> bool:
            assert self.process.poll() is None, self.printed()
            return is_up(self.port, "ready") and "Ctrl-C" in self.printed()

        eventually(is_ready, 60, every=0.1)

    def printed(self) -> str:
        return self.log.read_text()

    def tree(self) -> list[psutil.Process]:
        """Return the runner and everything below it."""
        runner = psutil.Process(self.process.pid)
        return [runner, *runner.children(recursive=True)]

    def kill(self, *words: str) -> None:
        """Kill -9 the one direct child whose command line has all these words."""
        (found,) = self.children(*words)
        found.kill()

    def children(self, *words: str) -> list[psutil.Process]:
        """Return the direct children whose command line has all these words."""
        return [
            child
            for child in alive(psutil.Process(self.process.pid).children())
            if all(word in " ".join(child.cmdline()) for word in words)
        ]

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Signal the runner and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(15)

    def services(self) -> dict[str, Any]:
        """Return the addresses that the running services left."""
        found: dict[str, Any] = json.loads((self.var_dir / "services.json").read_text())
        return found

    def access(self) -> dict[str, str]:
        """Return how the demo administrator signs in."""
        file = self.var_dir / "demo-access.json"
        assert file.stat().st_mode & 0o777 == 0o600
        assert (file.parent / "mail").stat().st_mode & 0o777 == 0o700
        found: dict[str, str] = json.loads(file.read_text())
        return found

    def me(self) -> dict[str, Any]:
        """Ask who the demo administrator is."""
        access = self.access()
        asked = urllib.request.Request(
            f"{access['url']}/api/me",
            headers={"Authorization": f"Bearer {access['token']}"},
        )
        with urllib.request.urlopen(asked, timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return those that still run."""
    return [
        p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE
    ]
