"""How a record of the log is written for programs: its fields, and nothing beside."""

import json
import logging
import re
import sys
from typing import Any

import pytest

from config.jsonlines import ALWAYS, OF_ERRORS, OF_EVENTS, OF_REQUESTS, JsonLine
from config.local.application import ROOT
from config.naming import name_of

pytestmark = pytest.mark.no_services
PAGE = (ROOT / "docs/reference/logs.md").read_text()
# A line's end in each of its forms, what a terminal would obey, half a character.
FORGED = "a\n\r\x85\u2028\u2029\x1b[2K\x7f\u202eb\udce4"


def written(message: str, *arguments: object, **more: Any) -> dict[str, Any]:
    record = logging.LogRecord("shop", logging.INFO, "", 1, message, arguments, None)
    vars(record).update(more)
    line = JsonLine().format(record)
    assert re.fullmatch(r"[\x20-\x7e]+", line)
    found: dict[str, Any] = json.loads(line)
    return found


def documented() -> list[str]:
    return re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)


def test_the_page_names_every_field_and_no_other():
    assert documented() == [*ALWAYS, *OF_REQUESTS, *OF_EVENTS, *OF_ERRORS]


def test_a_line_has_what_every_line_has():
    line = written("Sold %s", "tea")

    assert tuple(line) == ALWAYS
    assert line["message"] == "Sold tea"
    assert line["request_id"] == "-"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])


def test_nobody_forges_a_line():
    line = written("%s", FORGED)

    assert line["message"] == FORGED


def test_a_line_has_an_end():
    line = written("x" * 50_000)

    assert len(line["message"]) < 8_100
    assert line["message"].endswith("42000 more characters")


def test_a_field_that_no_page_names_is_left_out():
    line = written("Sold", status=201, email="ada@example.org", request=object())

    assert line["status"] == 201
    assert "ada" not in str(line)
    assert {*line} == {*ALWAYS, "status"}


def test_an_error_is_told_without_its_values():
    try:
        int("ada@example.org")
    except ValueError:
        line = written("Broken", exc_info=sys.exc_info())

    assert line["error"] == "ValueError"
    assert line["traceback"].startswith("Traceback")
    assert "test_lines.py" in line["traceback"]
    assert "ada" not in str(line).replace('int("ada@example.org")', "")


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["/x/bin/granian", "--http=1", "config.asgi:application"], "web"),
        (["/x/granian/__main__.py", "--http=1"], "web"),
        (["/x/celery/__main__.py", "--quiet", "worker"], "worker"),
        (["celery", "--app=config.celery", "beat"], "beat"),
        (["manage.py", "rebuilder"], "rebuilder"),
        (["manage.py"], "manage"),
        ([""], "python"),
    ],
)
def test_a_process_is_called_by_what_it_does(arguments, name):
    assert name_of(arguments) == name
