"""docker-compose.yml: valid, complete, and each value of it explained."""

import json
import shutil
import subprocess

import jsonschema
import pytest

from orders_query.webhooks import sending
from tests.compose import file

pytestmark = pytest.mark.no_services
SCHEMA = file.ROOT / "tests/compose/spec/compose-spec.json"
SERVICES = file.raw()["services"]
FILLED = {name: value or "x" for name, (value, _) in file.commented().items()}
CONFIG = ["--profile=pgbouncer", "config", "--quiet"]
OF_COMPOSE_ITSELF = {"COMPOSE_PROFILES"}


def test_it_is_valid_by_the_compose_specification():
    schema = json.loads(SCHEMA.read_text())
    validator = jsonschema.Draft7Validator(schema)

    wrong = [
        f"{'.'.join(map(str, error.path))}: {error.message[:200]}"
        for error in validator.iter_errors(file.read(FILLED))
    ]

    assert wrong == []


@pytest.mark.skipif(not shutil.which("docker-compose"), reason="no docker-compose here")
def test_docker_compose_itself_reads_it(tmp_path):
    env_file = tmp_path / "env"
    env_file.write_text("".join(f"{name}={value}\n" for name, value in FILLED.items()))

    done = subprocess.run(
        ["docker-compose", f"--env-file={env_file}", f"--file={file.FILE}", *CONFIG],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_each_value_it_asks_for_is_in_the_example_and_no_other():
    assert set(file.commented()) - OF_COMPOSE_ITSELF == file.variables()


@pytest.mark.parametrize("name", file.commented())
def test_each_value_of_the_example_has_a_comment(name):
    _, comment = file.commented()[name]

    assert len(comment) > 10


def test_what_the_example_leaves_out_is_asked_for():
    needed = {name for name, (value, _) in file.commented().items() if not value}

    for name in needed:
        with pytest.raises(KeyError, match=name):
            file.read({**FILLED, name: ""})


def test_how_webhooks_are_sent_can_be_set_and_else_is_as_without_docker(settings):
    ours = {name for name in FILLED if name.startswith("WEBHOOK_")}
    unset = {name: value for name, value in FILLED.items() if name not in ours}

    default = file.read(unset)["services"]["webhooks"]["environment"]
    given = file.read({**unset, "WEBHOOK_WAITS": "1,2"})["services"]["webhooks"]

    assert [*map(float, default["WEBHOOK_WAITS"].split(","))] == settings.WEBHOOK_WAITS
    for name in ("WEBHOOK_TIMEOUT_SECONDS", "WEBHOOK_KEPT_DAYS"):
        assert float(default[name]) == getattr(settings, name)
    assert given["environment"]["WEBHOOK_WAITS"] == "1,2"


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_each_service_is_watched_bounded_and_comes_back(name):
    service = SERVICES[name]

    health = service["healthcheck"]
    assert health["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= health.keys()
    assert service["restart"] == "unless-stopped"
    assert "stop_grace_period" in service


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_runs_as_nobody_and_writes_only_where_it_says(name):
    service = SERVICES[name]

    assert service["user"] not in {"root", "0", ""}
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert all("noexec,nosuid,nodev" in mount for mount in service["tmpfs"])
    assert service["logging"]["options"]["max-size"]
    assert {"memory", "pids"} <= service["deploy"]["resources"]["limits"].keys()


@pytest.mark.parametrize("name", ["primary", "replica1", "replica2", "valkey"])
def test_what_keeps_data_has_a_volume_and_no_way_out(name):
    (volume,) = SERVICES[name]["volumes"]

    assert volume.partition(":")[0] in file.raw()["volumes"]
    assert SERVICES[name]["networks"] == ["inside"]
    assert file.raw()["networks"]["inside"] == {"internal": True}


def test_the_sender_of_webhooks_may_have_as_many_threads_as_it_wants():
    limits = SERVICES["webhooks"]["deploy"]["resources"]["limits"]

    assert limits["pids"] > 3 * sending.MOST_AT_ONCE, "tries, look-ups, and the rest"


def test_a_worker_has_the_time_its_task_may_take(settings):
    assert SERVICES["worker"]["stop_grace_period"] == "1m"
    assert settings.CELERY_TASK_TIME_LIMIT < 60
