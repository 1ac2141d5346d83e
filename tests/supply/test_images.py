"""What the images may do: little, as nobody, on a disk that they cannot write."""

import re

import pytest
import yaml

from tests.supply.locks import ROOT

pytestmark = pytest.mark.no_services
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS = ("web", "worker", "beat", "rebuilder", "webhooks", "migrate")


@pytest.mark.parametrize("name", OURS)
def test_a_process_of_ours_may_do_next_to_nothing(name):
    service = COMPOSE[name]

    assert service["user"] == "10001"
    assert service["tmpfs"] == ["/tmp:noexec,nosuid,nodev,size=64m"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    for more in ("privileged", "cap_add", "pid", "network_mode", "devices"):
        assert more not in service
    assert service["volumes"] == ["metrics:/metrics", "journal:/var/lib/orders/journal"]


def test_every_service_of_ours_is_looked_at():
    built = {name for name, service in COMPOSE.items() if service.get("build") == "."}

    assert built == set(OURS)


@pytest.mark.parametrize("name", COMPOSE)
def test_no_service_gains_rights_or_has_the_host_s(name):
    service = COMPOSE[name]

    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "docker.sock" not in str(service)


def test_only_the_web_server_is_reached_from_outside():
    assert [name for name, service in COMPOSE.items() if "ports" in service] == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["web"]["ports"])


def test_only_who_needs_them_has_the_owner_s_urls():
    owners = {n for n, s in COMPOSE.items() if "OWNER_URL" in str(s.get("environment"))}

    assert owners == {"migrate", "rebuilder"}


def test_no_secret_has_a_default():
    text = (ROOT / "docker-compose.yml").read_text()

    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET_KEY|EMAIL_URL))([^}]*)\}", text)
    assert len(secrets) > 10
    assert {how for _, how in secrets} == {":?"}


def test_the_image_runs_as_nobody_in_particular():
    users = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    last = DOCKERFILE.rpartition("\nFROM ")[2]

    assert users[-1] not in {"root", "0"}
    assert f"useradd --system --uid 10001 --home-dir /nonexistent {users[-1]}" in last
    assert last.index("USER ") < last.index("CMD ")


def test_the_image_takes_what_is_locked_and_leaves_out_what_is_secret():
    assert "ARG LOCK=requirements.lock" in DOCKERFILE
    assert "--require-hashes -r ${LOCK}" in DOCKERFILE
    assert "http" not in re.sub(r"--http1?[\w-]*=", "", DOCKERFILE)
    assert "SECRET_KEY" not in DOCKERFILE
    left_out = (ROOT / ".dockerignore").read_text().split()
    assert {".env*", ".git", "var", "tests"} <= set(left_out)
