"""The README's six lines of curl, and the tutorial, typed into a shell."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.docs.pages import ROOT
from tests.docs.steps import blocks
from tests.people import a_customer, administrator
from tests.services import environment_of

ADDRESS = "http://127.0.0.1:8000"
# Of the system that `make run` keeps: here the servers are those of all tests.
NOT_HERE = ("make run", "postmaster.pid", "replica_lag")
# On a machine that is busy a replica may be late, and then the primary answers.
ON_TIME = {"replica_1", "query"}
_SOURCE = re.compile(r"read-source: (\w+)")
_WORKER = re.compile(r"\$\(pgrep [^)]*\)")
_STATUS = re.compile(r'"status" ?: ?"([A-Z]+)"')


class Shell:
    """Types blocks into one shell, in a folder like a checkout's."""

    def __init__(self, folder: Path, web: str, environment: dict[str, str]) -> None:
        self._folder, self._web, self._environment = folder, web, environment

    def typed(self, text: str) -> str:
        """Return what is printed; the shell ends with the first command that fails."""
        text = text.replace(ADDRESS, self._web)
        text = _WORKER.sub(" ".join(map(str, workers())), text)
        done = subprocess.run(
            ["bash", "-euc", text],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def shell(tmp_path, web, services) -> Iterator[Shell]:
    (tmp_path / "var").mkdir()
    access = tmp_path / "var/demo-access.json"
    access.write_text(json.dumps({"token": administrator().token}))
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "manage.py").symlink_to(ROOT / "manage.py")
    yield Shell(tmp_path, web, {**os.environ, **environment_of(services)})
    for pid in workers():
        os.kill(pid, signal.SIGCONT)


def workers() -> list[int]:
    children = psutil.Process().children(recursive=True)
    return [p.pid for p in children if {"celery", "worker"} <= {*p.cmdline()}]


def blocks_of(page: str) -> list[str]:
    """Return what the page has typed, but for what cannot be done here."""
    typed = [block.text for block in blocks(ROOT / page) if block.kind == "sh"]
    return [text for text in typed if not any(words in text for words in NOT_HERE)]


def test_the_six_lines_of_curl_do_what_they_say(shell):
    a_customer()
    (six,) = [text for text in blocks_of("README.md") if "# 6." in text]

    printed = shell.typed(six)

    placed, read, lost, again, happened, page = re.split(
        r"(?<=[}\]])(?=HTTP/|\{|\[)", printed
    )
    assert "201 Created" in placed
    assert set(_SOURCE.findall(read)) <= ON_TIME
    assert json.loads(lost)["type"] == "/problems/version-mismatch"
    assert "idempotency-replayed: true" in again
    assert [event["type"] for event in json.loads(happened)] == ["OrderCreated"]
    assert "200 OK" in page


def test_the_tutorial_goes_as_it_is_told(shell):
    printed = shell.typed("\n".join(blocks_of("docs/tutorial/first-order.md")))

    first, late = _SOURCE.findall(printed)
    behind = re.findall(r" orders +at \d+ +(\d+) events behind", printed)
    assert first in ON_TIME
    assert late == "log"
    assert _STATUS.findall(printed)[-2:] == ["PENDING", "CONFIRMED"]
    assert behind[0] == "1"
    assert "sales is rebuilt and serves" in printed
    assert "the previous set of sales is dropped" in printed
    assert printed.rstrip().endswith("0 differences")
