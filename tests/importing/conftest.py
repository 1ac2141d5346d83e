"""The command, in this process or in one of its own."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config.local import application
from config.local.embedded import Embedded
from tests.importing.files import written
from tests.services import environment_of


@dataclass(frozen=True)
class Ended:
    status: int
    printed: str

    @property
    def lines(self) -> list[str]:
        return self.printed.splitlines()


@pytest.fixture
def imports(tmp_path: Path) -> Callable[..., Ended]:
    """Import rows, or a file, and return what was said."""

    def run(*given: dict[str, str] | Path, dry_run: bool = False) -> Ended:
        path = given[0] if isinstance(given[0], Path) else written(tmp_path, *given)
        said, status = StringIO(), 0
        try:
            call_command("import_orders", path, dry_run=dry_run, batch=3, stdout=said)
        except SystemExit as ended:
            status = int(ended.code or 0)
        except CommandError as error:
            said.write(str(error))
            status = error.returncode
        return Ended(status, said.getvalue())

    return run


@pytest.fixture
def hears_ctrl_c() -> Iterator[None]:
    """Let started processes hear Ctrl-C, though the tests run in the background.

    A shell lets what it runs there ignore it, and that is inherited.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def started(
    services: Embedded, hears_ctrl_c: None
) -> Callable[..., subprocess.Popen[str]]:
    """Start the real command in a process of its own."""

    def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        command = application.command(
            {**environment_of(services), **environment}, "import_orders", *arguments
        )
        return subprocess.Popen(
            command.arguments,
            env=dict(command.environment),
            cwd=command.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start
