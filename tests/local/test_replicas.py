"""Several embedded replicas, and lag that can be felt."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.local.application import ROOT
from tests.local.running import Running
from tests.services import without_services
from tests.waiting import eventually

pytestmark = pytest.mark.no_services


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("replicas")
    for parent in (folder, *folder.parents[:3]):
        parent.chmod(0o755)
    running = Running(folder / "var", EMBEDDED_REPLICAS="2")
    try:
        running.ready()
        yield running
    finally:
        running.end()


def urls(running: Running) -> list[str]:
    return str(running.services()["QUERY_REPLICA_URLS"]).split(",")


def replica_lag(var_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "replica_lag", *arguments],
        cwd=ROOT,
        env={**without_services(), "VAR_DIR": str(var_dir)},
        capture_output=True,
        text=True,
        check=False,
    )


def remark(running: Running, text: str) -> None:
    """Change something that replicas will show."""
    with psycopg.connect(running.services()["QUERY_DATABASE_OWNER_URL"]) as owner:
        owner.execute(f"comment on schema public is '{text}'".encode())


def shows(url: str, text: str) -> bool:
    with psycopg.connect(url) as reader:
        row = reader.execute(
            "select obj_description('public'::regnamespace, 'pg_namespace')"
        ).fetchone()
    return row == (text,)


def test_both_replicas_follow_the_primary(running: Running) -> None:
    remark(running, "first")

    assert len(urls(running)) == 2
    for url in urls(running):
        eventually(lambda: shows(url, "first"))  # noqa: B023


def test_a_killed_replica_comes_back_and_follows(running: Running) -> None:
    running.kill("postgres", "/replica_2")
    remark(running, "after the kill")

    def is_back() -> bool:
        try:
            return shows(urls(running)[1], "after the kill")
        except psycopg.OperationalError:
            return False

    eventually(is_back, 30)


def test_replicas_lag_as_long_as_they_are_told_to(running: Running) -> None:
    told = replica_lag(running.var_dir, "1.5", "--replica", "replica_1")
    began = time.monotonic()
    remark(running, "late")
    first, second = urls(running)
    eventually(lambda: shows(second, "late"))
    at_once = shows(first, "late")
    eventually(lambda: shows(first, "late"))
    took = time.monotonic() - began
    undone = replica_lag(running.var_dir, "0")
    remark(running, "at once")

    assert told.stdout.startswith("replica_1 replays 1.5 s late"), told.stderr
    assert not at_once
    assert took > 1.4
    assert "replica_2 replays at once" in undone.stdout
    eventually(lambda: shows(first, "at once"), 1.4)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["-1"], "Delay by 0"),
        (["1", "--replica", "replica_9"], "There is no replica_9"),
    ],
)
def test_what_makes_no_sense_is_refused(
    running: Running, arguments: list[str], reason: str
) -> None:
    done = replica_lag(running.var_dir, *arguments)

    assert done.returncode != 0
    assert reason in done.stderr


def test_without_embedded_servers_there_is_nothing_to_delay(tmp_path: Path) -> None:
    done = replica_lag(tmp_path, "1")

    assert done.returncode != 0
    assert "No embedded servers run" in done.stderr
