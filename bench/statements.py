"""What a page asks of the databases.

It is counted in a process of its own, which has the system's settings and visits as
one of its administrators.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

import django
from django.contrib.auth import get_user_model
from django.db import connections
from django.test import Client

from bench.system import System

# Of a whole table, that is: what is bounded by a condition is not meant.
_COUNTS_ALL = re.compile(
    r"select count\(\*\)(?!.*\b(where|limit)\b)", re.IGNORECASE | re.DOTALL
)


@dataclass(kw_only=True)
class Asked:
    """How many statements a page takes, the slowest one in ms, and those that count."""

    statements: int = 0
    slowest: float = 0
    counts: int = 0

    def __call__(
        self, execute: Callable[..., Any], sql: str, parameters: Any, *rest: Any
    ) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, parameters, *rest)
        finally:
            took = (time.perf_counter() - began) * 1000
            self.statements += 1
            self.slowest = max(self.slowest, took)
            self.counts += bool(_COUNTS_ALL.search(sql))


def of_pages(system: System, paths: dict[str, str]) -> dict[str, Asked]:
    """
    Ask for each path in a process of its own, and return what that took.

    :raises CalledProcessError: if one is not answered
    """
    told = subprocess.run(
        [sys.executable, "-m", "bench.statements", json.dumps(paths)],
        env=system.environment(),
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    found = json.loads(told.splitlines()[-1])
    return {name: Asked(**asked) for name, asked in found.items()}


def _main(paths: dict[str, str]) -> None:
    django.setup()
    desk = Client(SERVER_NAME="localhost")
    desk.force_login(get_user_model().objects.filter(is_superuser=True)[0])
    for path in paths.values():
        desk.get(path)  # opens connections and fills caches
    found = {name: asdict(_asked(desk, path)) for name, path in paths.items()}
    print(json.dumps(found))


def _asked(desk: Client, path: str) -> Asked:
    asked = Asked()
    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(asked))
        answer = desk.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return asked


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    _main(json.loads(sys.argv[1]))
