"""What `manage.py up` shows of its processes, for programs to read."""

import json
from io import BytesIO, StringIO

import pytest

from config.local.console import Console

pytestmark = pytest.mark.no_services
OF_WEB = '{"level":"INFO","process":"web","message":"Sold"}'


@pytest.fixture
def shown() -> StringIO:
    return StringIO()


def test_what_a_process_wrote_as_an_object_is_left_as_it_is(shown):
    printed = BytesIO(f"{OF_WEB}\n".encode())

    Console(shown, as_json=True).follow("web", printed).join(5)

    assert shown.getvalue() == f"{OF_WEB}\n"


def test_what_servers_say_becomes_an_object_under_their_name(shown):
    console = Console(shown, as_json=True)

    console.follow("primary", BytesIO(b'LOG:  said "so"\x1b[2K\n')).join(5)
    console.say("up", "web ended", bad=True)

    lines = [json.loads(line) for line in shown.getvalue().splitlines()]
    assert [(line["process"], line["level"]) for line in lines] == [
        ("primary", "INFO"),
        ("up", "WARNING"),
    ]
    assert lines[0]["message"] == 'LOG:  said "so"\x1b[2K'
    assert "\x1b" not in shown.getvalue()


def test_people_see_lines_with_names(shown):
    Console(shown).say("web", "hello")

    assert shown.getvalue() == "web      | hello\n"
