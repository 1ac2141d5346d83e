"""Real processes that are set up unsafely: none starts, and each says why."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from config import safety
from config.access import demo
from config.access.models import User
from config.local.application import ROOT
from config.local.embedded import Embedded
from config.local.ports import free_ports
from tests.services import environment_of

MANAGE = ["manage.py"]
GRANIAN = ["-m", "granian", "--interface=asgi", "--no-ws", "--respawn-failed-workers"]
GRANIAN += ["--respawn-interval=0.5", "config.asgi:application"]
CELERY = ["-m", "celery", "--app=config.celery"]
GOOD = "Zq3xV7mK-tB9yW2nR5cJ8hF4gD6sA1pL_0oU9iE7rT3kM5vX2bN8"
SHORT = "Zq3xV7mK-tB9yW2nR5cJ8hF4g"
PROCESSES = {
    "web": GRANIAN,
    "worker": [*CELERY, "worker", "--concurrency=1"],
    "beat": [*CELERY, "beat", "--pidfile="],
    "rebuilder": [*MANAGE, "rebuilder"],
    "migrate": [*MANAGE, "migrate"],
}


@dataclass(frozen=True)
class Production:
    """The tests' databases as a checkout sees them that has not made them."""

    environment: dict[str, str]

    def run(self, *arguments: str, **more: str) -> tuple[int, str]:
        """Return with what status a process ends, and what it has said."""
        made = {**self.environment, "GRANIAN_PORT": str(free_ports(1)[0]), **more}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={name: value for name, value in made.items() if value},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout


@pytest.fixture
def production(services: Embedded, tmp_path: Path) -> Production:
    known = environment_of(services)
    more = {"VAR_DIR": str(tmp_path), "SECRET_KEY": GOOD, "HTTPS": "1"}
    return Production({**known, **more, "EMAIL_URL": "smtp+tls://mail.example.com"})


@pytest.fixture
def demo_account(services: Embedded) -> Iterator[User]:
    demo.make()
    yield User.objects.get(username=demo.USERNAME)
    demo.disable()


@pytest.mark.parametrize("name", PROCESSES)
def test_without_a_secret_nothing_starts(production: Production, name: str) -> None:
    status, said = production.run(*PROCESSES[name], SECRET_KEY="")

    assert status == 1
    assert "SECRET_KEY is missing" in said
    assert "secrets.token_urlsafe(60)" in said


def test_the_web_server_says_everything_that_keeps_it_from_starting(
    production: Production,
) -> None:
    status, said = production.run(
        *GRANIAN, SECRET_KEY=SHORT, DEBUG="1", ALLOWED_HOSTS="*"
    )

    assert status == 1
    for words in (
        "Refusing to start.",
        "SECRET_KEY has fewer than 50 characters",
        "Take DEBUG out of the environment",
        "Name the hosts that this answers to",
    ):
        assert words in said
    assert SHORT not in said


def test_the_demo_account_keeps_the_web_server_from_starting(
    production: Production, demo_account: User
) -> None:
    status, said = production.run(*GRANIAN)
    checked, told = production.run(*CHECK)

    assert (status, checked) == (1, 1)
    assert "manage.py demo_access --disable" in said
    assert "orders.E004" in told


def test_without_the_demo_account_production_is_checked_clean(
    production: Production, demo_account: User
) -> None:
    call_command("demo_access", "--disable")

    status, said = production.run(*CHECK)

    demo_account.refresh_from_db()
    assert not demo_account.is_active
    assert (status, said) == (0, CLEAN)


CHECK = [*MANAGE, "check", "--deploy", "--fail-level=WARNING", "--database=default"]
CLEAN = "System check identified no issues (0 silenced).\n"


@pytest.mark.no_services
@pytest.mark.parametrize(
    "secret",
    [
        "",
        "changeme",
        SHORT,
        f"django-insecure-{GOOD}",
        f"{GOOD}-changeme",
        f"your-{GOOD}",
        "a" * 60,
        "0123456789abcdef" * 5,
        "ab1" * 30,
    ],
)
def test_a_secret_that_is_none(secret: str) -> None:
    why = safety.weakness_of(secret)

    assert why
    assert not secret or secret not in why


@pytest.mark.no_services
def test_what_the_house_makes_is_a_secret() -> None:
    made = subprocess.run(
        [sys.executable, "-c", "import secrets; print(secrets.token_urlsafe(60))"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert safety.weakness_of(made.stdout.strip()) == ""
    assert safety.weakness_of(os.environ["SECRET_KEY"]) == ""
    assert safety.weakness_of(GOOD) == ""


@pytest.mark.no_services
@pytest.mark.parametrize("https", [False, True])
@pytest.mark.parametrize("is_embedded", [False, True])
def test_only_a_server_of_one_s_own_may_be_open(
    *, https: bool, is_embedded: bool
) -> None:
    found = safety.refusals(
        secret_key=SHORT,
        debug=True,
        allowed_hosts=["*"],
        https=https,
        is_embedded=is_embedded,
    )

    told: Any = [why.id for why in found]
    may_be_open = is_embedded and not https
    assert told == (
        [] if may_be_open else ["orders.E001", "orders.E002", "orders.E003"]
    )
