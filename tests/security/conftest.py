"""Servers as production has them, and everybody who calls."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.access.models import issue_token
from config.local import application
from config.local.embedded import Embedded
from config.local.ports import HOST, free_ports
from config.local.supervisor import Supervisor
from tests.orders import an_order
from tests.people import a_customer
from tests.projected import catch_up
from tests.security.asking import Place
from tests.security.callers import People, people
from tests.services import environment_of, started


@pytest.fixture(scope="session")
def over_tls(services: Embedded, worker: Supervisor) -> Iterator[str]:
    """Return the address of a server behind a proxy that ends TLS."""
    port = free_ports(1)[0]
    environment = {
        **environment_of(services),
        "DJANGO_SETTINGS_MODULE": "tests.security.broken_settings",
        "HTTPS": "1",
        "WEB_PROCESSES": "1",
        "BODY_SECONDS": "1",
        "SIGN_IN_FAILURE_LIMIT": "1",
    }
    service = application.web(environment, port=port)
    with started(services, service, name="web-over-tls"):
        yield f"http://{HOST}:{port}"


@pytest.fixture
def log_over_tls(services: Embedded, over_tls: str) -> Path:
    """Return the file into which that server logs."""
    return services.var_dir / "web-over-tls.log"


@pytest.fixture(scope="session")
def who(services: object, django_db_blocker: Any) -> People:
    with django_db_blocker.unblock():
        return people(a_customer(), a_customer("Grace Hopper"))


@pytest.fixture(scope="session")
def of_a(who: People, django_db_blocker: Any) -> Place:
    """An order of customer A's that stays as it is, and a token."""
    with django_db_blocker.unblock():
        order = an_order(who.own)
        token = issue_token(who.customer.user, name="to be revoked").record
        return Place(customer=who.own, order=order.order_id, token=token.pk)


@pytest.fixture
def place(of_a: Place) -> Place:
    """What is asked for: all of it is customer A's, and the read side knows it."""
    catch_up()
    return of_a
