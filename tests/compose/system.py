"""All of docker-compose.yml, started in its order, in containers without Docker."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.compose import containers, file, images
from tests.compose.containers import BOX, Container, Image, Pod

WITHIN = 60.0


class System:
    """Starts services with their commands and waits for their own health checks."""

    @classmethod
    @contextmanager
    def made(cls, folder: Path, **values: str) -> Iterator["System"]:
        """Build the images; all ends with the context."""
        (folder / "logs").mkdir()
        pod = Pod(folder / "logs")
        try:
            yield cls(pod, folder, values)
        finally:
            pod.end()

    def __init__(self, pod: Pod, folder: Path, values: dict[str, str]) -> None:
        filled = {**_filled_in(), **values}
        self.services: dict[str, Any] = file.read(filled)["services"]
        self.pod = pod
        self.pod.connect(list(self.services))
        files = folder / "context"
        images.context(files)
        postgresql = images.postgresql(self.pod)
        self._images = {
            "postgres:18": postgresql,
            "valkey/valkey:9": images.valkey(self.pod),
            "orders:latest": images.ours(self.pod, files),
        }
        for name, volume in file.raw()["volumes"].items():
            self._make_volume(name, volume or {})

    def start(self, *names: str) -> list[Container]:
        """Start services side by side; each is healthy when this returns."""
        started = [self._start(name) for name in names]
        for name, container in zip(names, started, strict=True):
            # The wheel of Valkey brings no valkey-cli; who needs it will notice.
            if name != "valkey" or shutil.which("valkey-cli"):
                containers.healthy(container, self.services[name], WITHIN)
        return started

    def run(self, name: str) -> str:
        """Run a service that ends by itself, and return what it printed."""
        container = self._start(name)
        status = container.process.wait(WITHIN)
        assert status == 0, container.printed()
        return container.printed()

    def up(self) -> None:
        """Start all, in the order of `depends_on`."""
        self.start("primary")
        self.start("replica1", "replica2", "valkey")
        self.run("migrate")
        self.start("web", "worker", "beat", "rebuilder", "webhooks")

    def _start(self, name: str) -> Container:
        service = self.services[name]
        return self.pod.start(name, service, image=self._images[service["image"]])

    def _make_volume(self, name: str, volume: dict[str, Any]) -> None:
        place = f"{BOX}/volumes/{name}"
        if options := volume.get("driver_opts"):
            self.pod.do(f"mkdir -p {place}; mount -t tmpfs -o {options['o']} x {place}")
            return
        image, inside = self._first_use(name)
        self.pod.do(
            f"mkdir -p {place}; chown --reference={image.layer}{inside} {place};"
            f"chmod --reference={image.layer}{inside} {place}"
        )

    def _first_use(self, volume: str) -> tuple[Image, str]:
        """Return where a volume is first mounted: it takes the owner from there."""
        for service in self.services.values():
            for mounted in service.get("volumes", ()):
                name, _, inside = mounted.partition(":")
                if name == volume:
                    return self._images[service["image"]], inside
        raise LookupError(f"nobody mounts the volume {volume}")


def _filled_in() -> dict[str, str]:
    """Fill in .env.example as it says."""
    filled = {name: value for name, (value, _) in file.commented().items()}
    filled = {n: v or secrets.token_hex(24) for n, v in filled.items()}
    filled["SECRET_KEY"] = secrets.token_urlsafe(60)
    left_out = ("COMPOSE_PROFILES", "WEB_COMMAND", "WEB_QUERY", "WEB_REPLICA", "OTEL_")
    asked = {n: v for n, v in filled.items() if not n.startswith(left_out)}
    return {**asked, "WEB_PROCESSES": "1"}
