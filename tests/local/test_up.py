"""`manage.py up`, started for real: what people and kill -9 do to it."""

import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.local.application import is_up
from config.local.ports import HOST
from tests.local.running import Running, alive
from tests.waiting import eventually

pytestmark = pytest.mark.no_services


@pytest.fixture(scope="module")
def up() -> Iterator[Running]:
    """One runner for all these tests: they tell its life in order."""
    home = Path(tempfile.mkdtemp(prefix="orders-up-"))
    home.chmod(0o711)  # PostgreSQL's user passes through
    running = Running(home / "var")
    try:
        running.ready()
        yield running
    finally:
        running.end()
        shutil.rmtree(home, ignore_errors=True)


def test_it_prints_the_address_and_how_to_sign_in(up: Running) -> None:
    printed = up.printed()

    assert f"open http://{HOST}:{up.port}" in printed
    assert f"sign in as {up.access()['username']} with" in printed
    assert up.me()


def test_the_web_server_does_not_know_the_owner_of_the_databases(up: Running) -> None:
    servers = [p for p in up.tree() if "config.asgi:application" in p.cmdline()]

    assert servers
    assert not any("OWNER" in name for p in servers for name in p.environ())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("web", ("granian",)),
        ("worker", ("celery", "worker")),
        ("beat", ("celery", "beat")),
        ("rebuilder", ("manage.py", "rebuilder")),
        ("webhooks", ("manage.py webhooks",)),
        ("valkey", ("valkey-server",)),
        ("replica", ("postgres", "/replica")),
        ("primary", ("postgres", "/primary")),
    ],
)
def test_a_part_that_is_killed_comes_back(
    up: Running, name: str, words: tuple[str, ...]
) -> None:
    up.kill(*words)

    eventually(lambda: f"{name} ended by SIGKILL" in up.printed(), 5)
    eventually(lambda: up.children(*words), 5)
    eventually(lambda: is_up(up.port, "ready"), 15, every=0.1)


def test_a_second_start_of_the_same_checkout_is_refused(up: Running) -> None:
    second = Running.__new__(Running)
    second.var_dir, second.port, second.log = up.var_dir, up.port, up.log
    second.start()

    assert second.process.wait(15) == 2
    assert "running already" in up.printed()
    assert is_up(up.port, "ready")


def test_it_starts_again_after_kill_9_and_finds_its_data(up: Running) -> None:
    before, access = up.tree(), up.access()

    up.end(signal.SIGKILL)
    up.start()
    up.ready()

    assert not alive(before)
    assert up.access() == access
    with psycopg.connect(up.services()["DATABASE_OWNER_URL"]) as connection:
        assert connection.execute("SELECT count(*) FROM django_migrations").fetchone()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_ends_all_of_it(up: Running, how: signal.Signals) -> None:
    if up.process.poll() is not None:
        up.start()
        up.ready()
    all_of_it = up.tree()

    assert up.end(how) == 0
    assert not alive(all_of_it)


def test_a_taken_port_is_one_clear_line(up: Running) -> None:
    up.end()
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        up.start(PORT=str(port))

        assert up.process.wait(15) == 2
    assert f"port {port} is taken" in up.printed().splitlines()[-1]


def test_some_urls_without_the_others_are_refused_by_name(up: Running) -> None:
    up.end()
    up.start(DATABASE_URL="postgres://nobody@127.0.0.1:1/none")

    assert up.process.wait(15) == 2
    missing = "QUERY_DATABASE_URL, QUERY_REPLICA_URLS, REDIS_URL missing"
    assert missing in up.printed().splitlines()[-1]
