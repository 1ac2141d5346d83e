"""Tries a row of the table with every caller, and tells where it is not as it says."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.db import connections
from django.http import HttpResponseBase
from django.test.utils import CaptureQueriesContext

from tests.security.asking import Place, ask, made_for, nowhere
from tests.security.callers import Sender
from tests.security.table import Row, fits, is_refusal

# A session is looked after on its own; whatever else is written is a deed.
_WRITES = re.compile(r"\b(insert into|update|delete from|copy)\s+(?!\S*session)\"?\w+_")
_NEW_EACH_TIME = {
    *("X-Request-Id", "Content-Length", "Consistency-Token", "Data-Age", "Read-Source"),
    "RateLimit",
}
_DRAWN = re.compile(
    r'("requestId":|nonce=|csrfmiddlewaretoken" value=)"[^"]*"|nonce-[^\']*'
)

Told = list[str]


def differences(row: Row, senders: list[Sender], place: Place) -> Told:
    """Return each cell that is not as its row says, in words."""
    return [told for sender in senders for told in _of_cell(row, sender, place)]


def _of_cell(row: Row, sender: Sender, place: Place) -> Iterator[str]:
    cell, who = sender.expected(row), f"{row.name} by {sender.name}"
    asked_of = place if is_refusal(cell) else made_for(row, place)
    sender.client()  # signs in the first time, which is no deed of the row's
    with writes() as written:
        answer = ask(sender, row, asked_of)
    if not fits(cell, answer):
        yield f"{who}: {cell} is expected, it was {answer.status_code}"
    if is_refusal(cell):
        if written:
            yield f"{who}: refused, and has written {written}"
        yield from _unlike_nobodys(who, row, sender, place, answer)


def _unlike_nobodys(
    who: str, row: Row, sender: Sender, place: Place, answer: HttpResponseBase
) -> Iterator[str]:
    """Tell how a refusal gives away that there is something; ids apart, nothing may."""
    empty = nowhere()
    if "{" not in row.path or answer.status_code not in {403, 404}:
        return
    other = ask(sender, row, empty)
    told, otherwise = _as_told(answer, place), _as_told(other, empty)
    if told != otherwise:
        yield f"{who}: not as where nothing is: {_parting(told, otherwise)!r}"


def _as_told(answer: HttpResponseBase, place: Place) -> str:
    """Return all of an answer, but what is new each time and the ids asked for."""
    lines = sorted(f"{k}: {v}" for k, v in answer.items() if k not in _NEW_EACH_TIME)
    text = "\n".join([str(answer.status_code), *lines, _text(answer)])
    return place.replaced_in(_DRAWN.sub("", text))


def _parting(one: str, other: str) -> str:
    """Return from where on a text is not like another."""
    pairs = enumerate(zip(one, other, strict=False))
    at = next((n for n, (a, b) in pairs if a != b), 0)
    return one[max(0, at - 40) : at + 60]


def _text(answer: HttpResponseBase) -> str:
    parts = answer if answer.streaming else [answer.content]  # type: ignore[attr-defined]
    return b"".join(parts).decode()


@contextmanager
def writes() -> Iterator[list[str]]:
    """Note every statement that writes something, in any of the databases."""
    found: list[str] = []
    with ExitStack() as stack:
        watched = [
            stack.enter_context(CaptureQueriesContext(connection))
            for connection in connections.all()
        ]
        yield found
    said = [query["sql"].lower() for one in watched for query in one.captured_queries]
    found += [sql[:120] for sql in said if _WRITES.search(sql)]
