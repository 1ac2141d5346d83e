"""A collector that is away, or takes its time, costs nobody anything."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from config.local.application import ROOT
from config.local.ports import HOST
from config.tracing import exporting
from config.tracing.tracer import Tracer
from tests.collecting import collecting
from tests.services import without_services
from tests.waiting import eventually

pytestmark = pytest.mark.no_services
MANY = 5_000  # more than wait in the queue


@pytest.fixture
def silent() -> Iterator[str]:
    """Return the address of a server that takes connections and says nothing."""
    with socket.create_server((HOST, 0)) as server:
        yield f"http://{HOST}:{server.getsockname()[1]}"


def tracer_to(url: str, monkeypatch: pytest.MonkeyPatch) -> Tracer:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    return Tracer(exporting.provider(share=1.0))


@pytest.mark.parametrize("collector", ["silent", "away"])
def test_nobody_waits_for_it_and_the_process_ends_in_time(
    collector: str, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = silent if collector == "silent" else f"http://{HOST}:1"
    tracer = tracer_to(url, monkeypatch)

    began = time.monotonic()
    for _ in range(MANY):
        with tracer.span("work"):
            pass
    worked, began = time.monotonic() - began, time.monotonic()
    tracer.end()

    assert worked < MANY * 0.002
    assert time.monotonic() - began < 3


def test_what_is_left_is_sent_when_a_process_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with collecting() as collector:
        tracer = tracer_to(collector.url, monkeypatch)
        with tracer.span("work", outcome="done"):
            pass
        tracer.end()

        (span,) = eventually(collector.spans)
    assert (span.name, span.attributes) == ("work", {"orders.outcome": "done"})


def test_an_error_is_told_by_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        tracer = tracer_to(collector.url, monkeypatch)
        with pytest.raises(ValueError, match="ada"), tracer.span("work"):
            raise ValueError("ada@example.org")
        tracer.end()

        (span,) = eventually(collector.spans)
        assert b"ada" not in b"".join(collector.bodies)
    assert span.failed
    assert span.attributes == {"error.type": "ValueError"}


SERVE = """
import sys
if "missing" in sys.argv:
    sys.modules["opentelemetry"] = None
import django
django.setup()
from django.core.handlers.wsgi import WSGIHandler
WSGIHandler()
# Valkey's client loads a part of it by itself, where it is installed.
print("loaded:", "opentelemetry.exporter" in sys.modules)
"""


def serving(tmp_path: object, *arguments: str, **more: str) -> str:
    environment = {**without_services(), "VAR_DIR": str(tmp_path), **more}
    environment.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    done = subprocess.run(
        [sys.executable, "-c", SERVE, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout + done.stderr


def test_who_wants_no_traces_loads_nothing_of_it(tmp_path: object) -> None:
    assert "loaded: False" in serving(tmp_path)


def test_without_the_extra_it_serves_and_says_what_is_missing(tmp_path: object) -> None:
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{HOST}:1"}

    said = serving(tmp_path, "missing", **endpoint)

    assert re.search("No traces are sent: opentelemetry[.a-z]* is not installed", said)
    assert said.count("No traces are sent") == 1
