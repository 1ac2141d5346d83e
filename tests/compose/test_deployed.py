"""docker-compose.yml and the Dockerfile, carried out for real without Docker: each
command and health check, as the user it names, on a disk that is read-only."""

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.compose import containers
from tests.compose.system import System
from tests.waiting import eventually

pytestmark = [pytest.mark.no_services, pytest.mark.timeout(400)]
OURS = ("web", "worker", "beat", "rebuilder", "webhooks")
RUNNING = ("primary", "replica1", "replica2", "valkey", *OURS)
PASSWORD = "Zq3xV7mK-tB9yW2nR5cJ"
ASK = """
import http.client, json, sys
method, path, body, headers = json.loads(sys.argv[1])
connection = http.client.HTTPConnection("web", 8000, timeout=20)
connection.request(method, path, json.dumps(body) if body else None, headers)
answer = connection.getresponse()
print(json.dumps([answer.status, dict(answer.getheaders()), answer.read().decode()]))
"""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    if why := containers.why_not():
        pytest.skip(f"containers cannot be made here: {why}")
    folder: Path = tmp_path_factory.mktemp("compose")
    folder.parent.chmod(0o755)
    with System.made(folder) as made:
        made.up()
        yield made


@pytest.fixture(scope="module")
def token(system: System) -> str:
    """Return the token of an administrator, made as docs/how-to/deploy.md says."""
    manage(system, "createsuperuser", "--noinput", "--username=ada", "--email=a@b.org")
    return manage(system, "api_token", "ada").split()[-1]


def test_everything_is_up_and_reads_come_from_the_replicas(system: System) -> None:
    status, _, ready = ask(system, "GET", "/healthz/ready")

    assert (status, ready["status"]) == (200, "ok")
    assert {"replica_1", "replica_2"} < ready["parts"].keys()


def test_an_order_that_is_placed_is_read_from_a_replica(
    system: System, token: str
) -> None:
    person = {"name": "Ada Lovelace", "email": "ada@example.org"}
    _, _, customer = ask(system, "POST", "/api/customers", person, token=token)
    item = {"productId": "tea", "quantity": 2, "price": 3.5}
    body = {"customerId": customer["customerId"], "items": [item]}

    status, told, order = ask(system, "POST", "/api/command/orders", body, token=token)
    seen = told["consistency-token"]
    found, how, read = ask(
        system, "GET", told["location"], token=token, **{"Consistency-Token": seen}
    )

    assert (status, found) == (201, 200)
    assert read["orderNumber"] == order["orderNumber"]
    assert how["read-source"] in {"replica_1", "replica_2"}


@pytest.mark.parametrize("name", RUNNING)
def test_each_process_has_no_rights_and_cannot_write(system: System, name: str) -> None:
    container = system.pod.containers[name]
    status = Path(f"/proc/{container.leader.pid}/status").read_text()

    written = container.run("touch", "/etc/x", "/x", "/usr/local/bin/x")

    assert not re.search(r"^Uid:.*\b0\b", status, re.MULTILINE)
    assert set(re.findall(r"^Cap\w+:\s+(\w+)$", status, re.MULTILINE)) == {"0" * 16}
    assert re.search(r"^NoNewPrivs:\s+1$", status, re.MULTILINE)
    assert written.stderr.count("Read-only file system") == 3


@pytest.mark.parametrize("name", ["worker", "beat", "rebuilder", "webhooks"])
def test_a_process_that_stands_still_is_not_healthy(system: System, name: str) -> None:
    container, check = system.pod.containers[name], health_check(system, name)

    container.suspend()
    container.run("touch", "--date=2 minutes ago", "/tmp/heartbeat")
    told = container.run(*check)
    container.resume()

    assert (told.returncode, "the last sign of life" in told.stderr) == (1, True)
    eventually(lambda: container.run(*check).returncode == 0, 60, every=0.2)


def test_a_replica_goes_on_with_the_data_it_has(system: System) -> None:
    assert system.pod.containers["replica1"].stop(signal.SIGINT, within=120) == 0

    (again,) = system.start("replica1")

    assert "CREATE_REPLICATION_SLOT" not in again.printed()
    eventually(lambda: "started streaming" in again.printed(), 30)


@pytest.mark.parametrize("name", OURS)
def test_each_of_our_processes_ends_in_the_time_it_is_given(
    system: System, name: str
) -> None:
    given = system.services[name]["stop_grace_period"]
    seconds = {"1m": 60, "30s": 30, "20s": 20, "10s": 10}[given]

    status = system.pod.containers[name].stop(signal.SIGTERM, within=seconds)

    assert status == 0


def test_without_its_databases_the_web_server_is_not_healthy(system: System) -> None:
    (web,) = system.start("web")
    check = health_check(system, "web")
    assert web.run(*check).returncode == 0

    system.pod.containers["primary"].stop(signal.SIGINT, within=120)
    told = web.run(*check)

    assert told.returncode == 1
    assert "command database" in told.stderr


def manage(system: System, *arguments: str) -> str:
    password = f"DJANGO_SUPERUSER_PASSWORD={PASSWORD}"
    web = system.pod.containers["web"]
    done = web.run("env", password, "python", "manage.py", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def ask(
    system: System, method: str, path: str, body: Any = None, *, token: str = "", **more
) -> tuple[int, dict[str, str], Any]:
    """Ask the web server from beside the worker, as the proxy would."""
    headers = {
        "Host": "orders.example.com",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "192.0.2.7",
        "Content-Type": "application/json",
        **({"Authorization": f"Bearer {token}"} if token else {}),
        **more,
    }
    sent = json.dumps([method, path, body, headers])
    done = system.pod.containers["worker"].run("python", "-c", ASK, sent)
    assert done.returncode == 0, done.stderr
    status, told, answer = json.loads(done.stdout)
    return status, {k.lower(): v for k, v in told.items()}, json.loads(answer)


def health_check(system: System, name: str) -> list[str]:
    words: list[str] = system.services[name]["healthcheck"]["test"][1:]
    return words
