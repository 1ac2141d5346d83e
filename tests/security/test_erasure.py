"""Nothing of an erased person is left: not in a database, a key, a log or a file."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.security import leaving
from tests.security.house import Found, House, house
from tests.security.leaving import Person

pytestmark = [pytest.mark.no_services, pytest.mark.timeout(240)]
# Where a person's words may be while the person is known to us.
DATABASES = [
    f"{database} on {server}"
    for server in ("primary", "replica")
    for database in ("command", "query")
]
# What names nobody anywhere, not even before.
NEVER = {
    "bad e-mail",
    "bad e-mail in a file",
    "e-mail in an error",
    "field",
    "idempotency key",
    "name in a file",
    "name in an error",
    "name of another",
    "old e-mail",
    "old name",
    "parameter",
    "password",
    "request id",
    "search",
    "search in the admin",
    "search of customers",
    "search on a page",
    "time in a file",
    "where to go",
}
IN_COMMAND = {
    *("name", "e-mail", "note", "reason", "carrier", "tracking", "user name"),
    *("first name", "last name", "user's e-mail", "name of a token"),
}
IN_QUERY = {
    *("name", "e-mail", "note", "reason", "carrier", "tracking", "reason of a skip")
}


@pytest.fixture(scope="module")
def home() -> Iterator[House]:
    with tempfile.TemporaryDirectory(prefix="orders-house-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL's user passes through
        var_dir = Path(folder) / "var"
        var_dir.mkdir()
        with house(var_dir) as opened:
            yield opened


@pytest.fixture(scope="module")
def person(home: House) -> Person:
    """Leave words in every place, in three sets of read tables."""
    somebody = leaving.register(home)
    leaving.give_user(home, somebody)
    leaving.order(home, somebody)
    leaving.bring_in(home)
    leaving.look_around(home, somebody)
    home.manage("rebuild", "orders")  # leaves the previous set
    leaving.park(home, somebody)
    return somebody


@pytest.fixture(scope="module")
def before(home: House, person: Person) -> Found:
    return home.search()


def test_the_search_finds_a_person_who_is_known(before: Found, home: House) -> None:
    assert {place for place in before if place != "mail"} == set(DATABASES)
    for server in ("primary", "replica"):
        assert before[f"command on {server}"] == IN_COMMAND
        assert before[f"query on {server}"] == IN_QUERY
    assert before["mail"] == {"user's e-mail", "user name"}
    assert not NEVER & set().union(*before.values())
