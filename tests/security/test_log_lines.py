"""What callers send is one line of the log at most, and moves no cursor."""

import re
from pathlib import Path
from uuid import uuid4

import pytest

from tests.security.kinds import FORM, SECRET
from tests.security.raw import asked, over, sent
from tests.waiting import eventually

# A line's end in each of its forms, and what a terminal would obey.
ENDS = ["%0a", "%0d", "%0d%0a", "%e2%80%a8", "%e2%80%a9", "%c2%85", "%1b[2K", "%0b"]
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@pytest.fixture
def mark() -> str:
    return f"forged-{uuid4().hex}"


def lines_with(log: Path, mark: str) -> list[str]:
    return [line for line in log.read_text().split("\n") if mark in line]


@pytest.mark.parametrize("end", ENDS)
def test_a_path_forges_no_line(
    over_tls: str, log_over_tls: Path, mark: str, end: str
) -> None:
    path = f"/broken{end}ERROR%20root%20[-]%20{mark}"

    assert b" 500 " in sent(over_tls, over(asked("GET", path)))

    lines = eventually(lambda: lines_with(log_over_tls, mark))
    assert len(lines) == 1
    assert "ERROR django.request [" in lines[0].partition(mark)[0]
    assert not _CONTROL.search(log_over_tls.read_text())


@pytest.mark.parametrize(
    "words",
    [
        "\x85ERROR root [-] {mark}",
        "{mark} \x9b31m",
        "Traceback {mark}",
        "\xe2\x80\xa8ERROR root [-] {mark}",
    ],
)
def test_the_words_of_an_error_forge_no_line(
    over_tls: str, log_over_tls: Path, mark: str, words: str
) -> None:
    """The view puts them into its exception, with a line's end before them."""
    request = asked("GET", "/broken", f"X-Words: {words.format(mark=mark)}")

    assert b" 500 " in sent(over_tls, over(request))

    lines = eventually(lambda: lines_with(log_over_tls, mark))
    # A record begins with its level; what a traceback has is indented.
    assert all(re.match(r"web +\|     ", line) for line in lines)
    assert not _CONTROL.search(log_over_tls.read_text())


@pytest.mark.parametrize(
    "line",
    [
        "Host: {mark}\x85x",
        "X-Request-Id: {mark}\x85\x9b",
        "User-Agent: {mark}\x85x",
        "Referer: {mark}\x85x",
        "Origin: {mark}\x85x",
        "Authorization: Bearer {mark}\x85x",
        "Cookie: __Host-sessionid={mark}\x85x; __Host-csrftoken={mark}",
        "X-Forwarded-For: {mark}\x85x",
    ],
)
def test_a_header_forges_no_line(
    over_tls: str, log_over_tls: Path, mark: str, line: str
) -> None:
    for path in ("/broken", "/api/broken", "/sign-in", f"/orders?q={mark}%0a"):
        sent(over_tls, over(asked("GET", path, line.format(mark=mark))))
    end = f"/broken/end-of-{mark}"
    sent(over_tls, over(asked("GET", end)))

    eventually(lambda: lines_with(log_over_tls, f"end-of-{mark}"))
    assert not _CONTROL.search(log_over_tls.read_text())
    assert all(
        re.match(r"web +\| (    |ERROR |WARNING )", line)
        for line in lines_with(log_over_tls, mark)
    )


def test_a_name_at_the_door_forges_no_line(
    over_tls: str, log_over_tls: Path, mark: str
) -> None:
    name = f"a%0d%0aERROR%20root%20[-]%20{mark}%1b[2K%e2%80%a8"
    body = f"csrfmiddlewaretoken={SECRET}&username={name}&password=guess"
    lines = (FORM, f"Cookie: __Host-csrftoken={SECRET}", "Origin: https://localhost")

    sent(over_tls, over(asked("POST", "/sign-in", *lines, body=body.encode())))
    sent(over_tls, over(asked("GET", f"/broken/end-of-{mark}")))

    eventually(lambda: lines_with(log_over_tls, f"end-of-{mark}"))
    assert not _CONTROL.search(log_over_tls.read_text())
    for line in lines_with(log_over_tls, mark):
        assert re.match(r"web +\| (WARNING axes|ERROR django.request)", line)


def test_a_line_has_an_end(over_tls: str, log_over_tls: Path, mark: str) -> None:
    sent(over_tls, over(asked("GET", f"/broken/{mark}/{'x' * 50_000}")))

    (line,) = eventually(lambda: lines_with(log_over_tls, mark))
    assert len(line) < 10_000
    assert line.endswith("more characters")
