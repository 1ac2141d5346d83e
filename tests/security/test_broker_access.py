"""Who may speak to the broker, and what may be asked of it."""

import os
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
import yaml
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.local.application import ROOT
from config.local.embedded import Embedded
from config.local.valkey import RIGHTS
from tests.security.forging import push, the_broker

FORBIDDEN = """
    FLUSHALL FLUSHDB CONFIG|GET|* DEBUG|SLEEP|0 KEYS|* SHUTDOWN REPLICAOF|127.0.0.1|1
    MODULE|LIST ACL|LIST MONITOR SAVE CLIENT|KILL|ID|1 SWAPDB|0|1 MIGRATE
""".split()


@pytest.fixture(scope="module")
def composed() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


def test_without_the_password_nothing_is_answered(services: Embedded) -> None:
    there = urlsplit(os.environ["REDIS_URL"])

    for password in ("", "guess"):
        with (
            redis.Redis(
                host=str(there.hostname),
                port=int(there.port or 0),
                password=password,
                retry=Retry(NoBackoff(), 0),
            ) as stranger,
            pytest.raises(redis.AuthenticationError),
        ):
            stranger.ping()


@pytest.mark.parametrize("command", FORBIDDEN)
def test_with_the_password_nobody_wipes_or_ends_it(command: str) -> None:
    with (
        the_broker() as valkey,
        pytest.raises((redis.exceptions.NoPermissionError, redis.ResponseError)),
    ):
        valkey.execute_command(*command.split("|"))


@pytest.mark.usefixtures("services")
def test_an_entry_has_a_megabyte_at_most() -> None:
    with pytest.raises(redis.RedisError):
        push(b"x" * 1_500_000)


def test_it_listens_to_this_machine_only(services: Embedded) -> None:
    written = (services.var_dir / "valkey" / "valkey.conf").read_text()

    assert "bind 127.0.0.1\n" in written
    assert (services.var_dir / "valkey" / "valkey.conf").stat().st_mode & 0o077 == 0
    assert (services.var_dir / "passwords.json").stat().st_mode & 0o077 == 0


@pytest.mark.no_services
def test_compose_gives_it_a_password_the_same_rights_and_no_port(
    composed: dict[str, Any],
) -> None:
    valkey = composed["services"]["valkey"]

    words = " ".join(valkey["command"])
    assert words.endswith(f"--user default on >${{VALKEY_PASSWORD:?}} ~* &* {RIGHTS}")
    assert "ports" not in valkey
    assert "1mb" in valkey["command"]
    for name in ("web", "worker", "beat"):
        url = composed["services"][name]["environment"]["REDIS_URL"]
        assert re.match(r"redis://:\$\{VALKEY_PASSWORD:\?\}@valkey:", url), name


@pytest.mark.no_services
def test_compose_starts_a_worker_that_listens_to_its_queue_alone(
    composed: dict[str, Any],
) -> None:
    command = composed["services"]["worker"]["command"]

    assert {"--without-gossip", "--without-mingle"} <= set(command)
