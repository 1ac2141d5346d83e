"""What is logged and in which form, as the environment has it."""

import subprocess
import sys

import pytest

from config.local.addresses import PLACEHOLDERS, URLS
from config.local.application import ROOT
from tests.services import without_services

pytestmark = pytest.mark.no_services
SHOW = """
import django, logging
from django.conf import settings
django.setup()
print(settings.LOG_FORMAT, settings.LOG_REQUESTS,
      *(logging.getLogger(name).isEnabledFor(logging.DEBUG)
        for name in ("orders_query", "kombu")))
"""
OWN_SERVERS = {
    **{name: PLACEHOLDERS[name].replace("@", ":mine@") for name in URLS},
    "SECRET_KEY": "k" * 60,
}


def shown(tmp_path: object, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**without_services(), "VAR_DIR": str(tmp_path), **more}
    environment.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        # What libraries say to debug them may quote anybody.
        ({"LOG_LEVEL": "debug"}, "text 0.0 True False"),
        (OWN_SERVERS, "json 1.0 False False"),
        ({**OWN_SERVERS, "DEBUG": "1", "LOG_REQUESTS": "0.1"}, "text 0.1 False False"),
    ],
    ids=["embedded", "own servers", "DEBUG"],
)
def test_production_logs_for_programs_and_a_laptop_for_people(tmp_path, given, words):
    assert shown(tmp_path, **given).stdout.strip() == words


def test_a_format_that_there_is_not_is_refused(tmp_path):
    done = shown(tmp_path, LOG_FORMAT="yaml")

    assert done.returncode == 1
    assert "LOG_FORMAT=yaml: take json or text" in done.stderr
