"""A running system with those who work with it, in a folder that is kept if need be."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.clients import Client
from tests.chaos.connection import PATIENCE_SECONDS
from tests.chaos.history import History
from tests.chaos.nemesis import small_disk
from tests.chaos.shop import Shop
from tests.chaos.system import System

SOUND = "config.settings"
WRITERS, READERS, CUSTOMERS = 5, 2, 4
WORKS_WITHIN = 20.0
Say = Callable[[str], None]


@dataclass
class Scene:
    """What a run needs at hand; `is_kept` if its folder shall stay."""

    system: System
    history: History
    disk: Path | None
    seed: int
    shop: Shop = field(default_factory=Shop)
    is_kept: bool = True
    _made: int = 0

    def client(self, name: str, patience: float = PATIENCE_SECONDS) -> Client:
        return Client(
            name,
            self.system.connect,
            self.history,
            self.shop,
            seed=self.seed,
            patience=patience,
        )

    def another(self, patience: float = PATIENCE_SECONDS) -> Client:
        self._made += 1
        return self.client(f"client {self._made}", patience)

    def wait_for(self, commands: int) -> None:
        """Wait until so many more are acknowledged: the system serves, under load."""
        wanted = self.history.acknowledged + commands
        deadline = time.monotonic() + WORKS_WITHIN
        while self.history.acknowledged < wanted and time.monotonic() < deadline:
            time.sleep(0.05)

    def works(self) -> list[Callable[[], None]]:
        """Return the work of some writers and some readers, and find them customers."""
        client = self.another()
        while len(self.shop.customers) < CUSTOMERS:
            client.register(key=client.new_id())
        return [
            *(self.client(f"writer {n}").write_something for n in range(WRITERS)),
            *(self.client(f"reader {n}").read_something for n in range(READERS)),
        ]


@contextmanager
def started(settings: str, *, seed: int, say: Say) -> Iterator[Scene]:
    """Run a system of its own, and take its folder away only if all went well."""
    home = Path(tempfile.mkdtemp(prefix="orders-chaos-"))
    home.chmod(0o711)
    history = History(home / "history.jsonl")
    is_kept = True
    try:
        with (
            small_disk(home / "postgres") as disk,
            (home / "log").open("w") as log,
            System.running(home, log, settings) as system,
        ):
            say("ready" if disk else "ready; no small disk can be mounted to be filled")
            scene = Scene(system=system, history=history, disk=disk, seed=seed)
            yield scene
            is_kept = scene.is_kept
    finally:
        history.close()
        if is_kept:
            say(f"history.jsonl and the processes' log are kept in {home}")
        else:
            shutil.rmtree(home, ignore_errors=True)
