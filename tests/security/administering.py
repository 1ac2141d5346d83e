"""Tries a view of the admin with every caller, for each model that there is."""

import re
from collections.abc import Iterator

from django.http import HttpResponseBase

from tests.security.addresses import Address, addresses
from tests.security.asking import FORM, Place
from tests.security.callers import Sender
from tests.security.matrix import Told, writes
from tests.security.table import Row, fits, is_refusal

NOT_TRIED = "-"  # what an administrator does there is done
_ROUTE_WORD = re.compile(r"\^?\(\?P<\w+>[^/]*\)/?\$")
# Whose objects there are to be looked at; any other id leads nowhere.
_ORDERS = ("order", "orderreadmodel")
_CUSTOMERS = ("customer", "customertotals")


def differences_of_view(row: Row, senders: list[Sender], place: Place) -> Told:
    """Return each cell that is not as its row says, of every model, in words."""
    of_kind = [a for a in addresses() if a.is_admin and a.kind == row.path]
    assert of_kind, f"there is no view {row.path}"
    return [
        told
        for address in of_kind
        for sender in senders
        if row.cells[sender.column] != NOT_TRIED
        for told in _of_cell(row, address, sender, place)
    ]


def _of_cell(row: Row, address: Address, sender: Sender, place: Place) -> Iterator[str]:
    cell = sender.expected(row)
    who = f"{row.method} {address.route} by {sender.name}"
    sender.client()  # signs in the first time
    with writes() as written:
        answer = _ask(row.method, address, sender, place)
    if not fits(cell, answer):
        yield f"{who}: {cell} is expected, it was {answer.status_code}"
    if written and (is_refusal(cell) or sender.column != "admin"):
        yield f"{who}: has written {written}"


def _ask(
    method: str, address: Address, sender: Sender, place: Place
) -> HttpResponseBase:
    word = "nothing/" if address.kind == "anything else" else "access/"
    path = _ROUTE_WORD.sub(word, address.route)
    path = path.replace("<path:content_type_id>", "0").replace("<id>", _user(sender))
    path = path.replace("<path:object_id>", _object(address, place))
    answer: HttpResponseBase = sender.client().generic(
        method, path, b"", FORM, headers=sender.headers
    )
    return answer


def _user(sender: Sender) -> str:
    return str(sender.user.pk if sender.user else 0)


def _object(address: Address, place: Place) -> str:
    model = address.route.split("/")[3] if address.route.count("/") > 3 else ""
    if model in _ORDERS:
        return str(place.order)
    if model == "apitoken":
        return str(place.token)
    return str(place.customer)
