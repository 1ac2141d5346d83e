"""A web server as production has it: over TLS, and with some views that fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.local import application
from config.local.embedded import Embedded
from config.local.ports import HOST, free_ports
from config.local.supervisor import Supervisor
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
