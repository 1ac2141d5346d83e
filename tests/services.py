"""The pytest plugin that runs all tests on real servers.

`services` are the primary, the streaming replica and Valkey, `worker` adds Celery,
`web` the web server, `collector` has the traces. Tests need no mark to use the
databases, and nothing is flushed: each makes its own customers and orders and asserts
on those.
"""

import atexit
import logging
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from config import databases
from config.local import application, postgres
from config.local.addresses import OWNER_URLS, URLS
from config.local.console import Console
from config.local.embedded import Embedded, embedded
from config.local.ports import HOST, free_ports
from config.local.supervisor import Service, Supervisor
from orders_query import health, replicas
from tests.collecting import Collector, collecting
from tests.replicas import Replica, another_replica
from tests.waiting import eventually

_chosen: list[Embedded] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Choose ports before the settings are read; nothing runs yet."""
    var_dir = Path(tempfile.mkdtemp(prefix="orders-tests-"))
    servers = embedded(var_dir, durable=False)
    for name in ("DEBUG", "HTTPS", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS"):
        os.environ.pop(name, None)
    os.environ.update(servers.environment(), VAR_DIR=str(var_dir))
    _chosen.append(servers)
    atexit.register(shutil.rmtree, var_dir, ignore_errors=True)


@pytest.fixture(scope="session")
def services() -> Iterator[Embedded]:
    """Run the servers, with both databases migrated and the roles granted."""
    servers = _chosen[0]
    with _running(servers, "servers") as supervisor:
        supervisor.start(*servers.first_stage())
        postgres.bootstrap(servers.primary)
        supervisor.start(*servers.second_stage())
        environment = environment_of(servers)
        supervisor.run(
            application.migrate(environment, "default"),
            application.migrate(environment, "query"),
            application.command(
                environment, "collectstatic", "--noinput", "--skip-checks"
            ),
        )
        supervisor.run(application.command(environment, "grant"))
        yield servers
        # The watches over the databases see them go; that is no news any more.
        logging.getLogger("orders_query.health").disabled = True


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Collect the traces that processes send."""
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="session")
def worker(services: Embedded, collector: Collector) -> Iterator[Supervisor]:
    """Run a Celery worker and its beat, as `manage.py up` does; they tell all."""
    environment = observed(environment_of(services), collector)
    with started(
        services, application.worker(environment), application.beat(environment)
    ) as supervisor:
        yield supervisor


@pytest.fixture(scope="session")
def web(services: Embedded, worker: Supervisor) -> Iterator[str]:
    """Run the web server and return its address."""
    port = free_ports(1)[0]
    environment = {
        **environment_of(services),
        "WEB_PROCESSES": "1",
        "BODY_SECONDS": "3",
    }
    service = application.web(environment, port=port)
    with started(services, service):
        yield f"http://{HOST}:{port}"


@pytest.fixture
def replica(services: Embedded) -> Iterator[Replica]:
    """Let a test hold the replica back; it follows again afterwards."""
    control = Replica("replica_1", services.replica, services.primary)
    yield control
    control.resume()


@pytest.fixture(scope="session")
def second_replica(services: Embedded) -> Iterator[Replica]:
    """Run another replica beside the first one, for who asks for it."""
    server = another_replica(services)
    with _running(services, "replica_2") as supervisor:
        control = Replica("replica_2", server, services.primary, supervisor)
        control.start()
        _name("replica_2", server.url("orders_reader", "query"))
        yield control


@pytest.fixture
def two_replicas(
    replica: Replica, second_replica: Replica, settings: Any
) -> Iterator[tuple[Replica, Replica]]:
    """Let this process read from two replicas."""
    settings.REPLICAS = ["replica_1", "replica_2"]
    eventually(lambda: all(map(health.is_in_rotation, settings.REPLICAS)))
    yield replica, second_replica
    second_replica.resume()


def _name(alias: str, url: str) -> None:
    """Make a database known under an alias, as the settings would have done."""
    known = {**settings.DATABASES, alias: databases.replica(url)}
    connections.settings[alias] = connections.configure_settings(known)[alias]
    replicas.tell_who_is_gone([alias])


@pytest.fixture(scope="session")
def django_db_setup(services: Embedded) -> None:
    """Take the place of pytest-django's: the databases are the real ones."""


@pytest.fixture(autouse=True)
def _databases(
    request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Open the databases to every test that has not said it needs none."""
    if request.node.get_closest_marker("no_services"):
        yield
        return
    request.getfixturevalue("services")
    with django_db_blocker.unblock():
        yield
        connections.close_all()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failed test what the processes last said."""
    report = yield
    if report.failed:
        for path in sorted(_chosen[0].var_dir.glob("*.log")):
            report.sections.append((path.name, path.read_text()[-3000:]))
    return report


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "no_services: the test needs no server at all")


@contextmanager
def started(
    services: Embedded, *wanted: Service, name: str = ""
) -> Iterator[Supervisor]:
    """Run services; what they print is in a file of that name."""
    with _running(services, name or wanted[0].name) as supervisor:
        supervisor.start(*wanted)
        yield supervisor


@contextmanager
def _running(services: Embedded, name: str) -> Iterator[Supervisor]:
    """Write what the processes print into a file, shown if they do not start."""
    path = services.var_dir / f"{name}.log"
    with path.open("w") as file:
        supervisor = Supervisor(Console(file))
        try:
            yield supervisor
        except Exception as error:
            error.add_note(path.read_text()[-8000:])
            raise
        finally:
            supervisor.end()


def environment_of(services: Embedded) -> dict[str, str]:
    return application.environment(services.var_dir, services.environment())


def observed(environment: dict[str, str], collector: Collector) -> dict[str, str]:
    """Let processes tell all of what they do, and in a form that programs read."""
    return {
        **environment,
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "DEBUG",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "200",  # ms
    }


def without_services() -> dict[str, str]:
    """Return an environment that says nothing of this run's servers."""
    hidden = {*URLS, *OWNER_URLS, "VAR_DIR", "SECRET_KEY"}
    return {k: v for k, v in os.environ.items() if k not in hidden}
