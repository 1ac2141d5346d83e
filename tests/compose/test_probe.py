"""The health check of our containers, run as Docker would run it."""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.local.application import ROOT
from config.local.ports import free_ports


def probe(*names: str, **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", "config/probe.py", *names],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_a_web_server_that_can_serve_is_healthy_under_its_own_name(web: str) -> None:
    port = str(urlsplit(web).port)

    known = probe("web", PORT=port, ALLOWED_HOSTS="localhost,127.0.0.1")
    unknown = probe("web", PORT=port, ALLOWED_HOSTS="elsewhere.example.com")

    assert known == (0, "")
    assert (unknown[0], unknown[1][:3]) == (1, "400")


@pytest.mark.no_services
def test_a_web_server_that_does_not_answer_is_not_healthy() -> None:
    status, said = probe("web", PORT=str(free_ports(1)[0]))

    assert (status, said) == (1, "no answer: ConnectionRefusedError\n")


@pytest.mark.no_services
@pytest.mark.parametrize(
    ("name", "age", "status"),
    [
        ("worker", 60, 0),
        ("worker", 120, 1),
        ("beat", 10, 0),
        ("beat", 60, 1),
        ("rebuilder", 60, 1),
    ],
)
def test_who_has_shown_a_sign_of_life_lately_is_healthy(
    name: str, age: int, status: int, tmp_path: Path
) -> None:
    seen = tmp_path / "heartbeat"
    seen.touch()
    os.utime(seen, (time.time() - age,) * 2)

    assert probe(name, HEARTBEAT_FILE=str(seen))[0] == status


@pytest.mark.no_services
def test_who_has_shown_none_is_not_healthy_and_a_wrong_name_is_told(
    tmp_path: Path,
) -> None:
    never = str(tmp_path / "never")

    assert probe("worker", HEARTBEAT_FILE=never)[1].startswith("no sign of life yet")
    assert "one of web, worker, beat, rebuilder, webhooks" in probe("wrk")[1]
