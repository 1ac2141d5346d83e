"""Nothing of an erased person is left: not in a database, a key, a log or a file."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.rebuilding.test_rebuild import FORGET_PREVIOUS, KEEP_PREVIOUS
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
    *("first name", "last name", "user's e-mail", "name of a token", "added note"),
}
IN_QUERY = {
    *("name", "e-mail", "note", "reason", "carrier", "tracking", "reason of a skip"),
    "added note",
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
    with home.servers.primary.connect("query") as connection:
        connection.execute(FORGET_PREVIOUS)  # so that a second one can be begun
        home.manage("rebuild", "orders", "--no-swap")
        connection.execute(KEEP_PREVIOUS)
    return somebody


@pytest.fixture(scope="module")
def before(home: House, person: Person) -> Found:
    return home.search()


@pytest.fixture(scope="module")
def backup(home: House, before: Found) -> Path:
    folder = home.home.parent / "backup"
    folder.mkdir()
    home.backup(folder)
    return folder


@pytest.fixture(scope="module")
def erased(home: House, person: Person, backup: Path) -> Person:
    """Erase the person, and wait for the read side and its replica."""
    own = f"/api/customers/{person.customer_id}"
    status, headers, _, _ = home.ask("DELETE", own)
    assert status == 204
    home.project(int(headers["consistency-token"]))
    return person


def test_the_search_finds_a_person_who_is_known(before: Found) -> None:
    assert set(before) == {*DATABASES, "mail"}
    for server in ("primary", "replica"):
        assert before[f"command on {server}"] == IN_COMMAND
        assert before[f"query on {server}"] == IN_QUERY
    assert before["mail"] == {"user's e-mail", "user name"}


def test_what_callers_choose_and_what_was_refused_is_kept_nowhere(
    home: House, before: Found
) -> None:
    log = (home.home / "processes.log").read_text()
    assert "SQLSTATE 23514" in log  # the failure is told, without the row
    assert not NEVER & set().union(*before.values())


def test_the_search_looks_into_keys_logs_and_files(home: House, before: Found) -> None:
    mark = home.marks["planted"]
    files = [home.home / "planted.log", home.home / "metrics" / "planted"]
    for file in files:
        file.write_text(f"of {mark.upper()}")
    with redis.Redis.from_url(home.servers.redis_url) as client:
        client.hset("planted", "a", mark)
        found = home.search()
        client.delete("planted")
    for file in files:
        file.unlink()
    home.forget_in_valkey()  # its file holds what it was told until then

    assert found["logs"] == found["metrics"] == {"planted"}
    assert found["valkey"] == {"planted"}


def test_nothing_is_left_of_the_erased(home: House, erased: Person) -> None:
    sets = home.shell(SETS)
    assert "shadow_orders" in sets
    assert "previous_orders" in sets

    assert home.search() == {}


def test_nothing_comes_back_with_a_rebuild(home: House, erased: Person) -> None:
    home.manage("rebuild", "orders", "--discard")
    home.manage("rebuild", "orders", "--drop-previous")
    home.manage("rebuild", "orders")

    assert home.search() == {}


def test_the_report_names_what_was_touched_and_no_word(
    home: House, erased: Person
) -> None:
    page = home.page(
        home.browser("admin", home.password), f"/customers/{erased.customer_id}"
    )

    assert (
        "Taken away: name, e-mail address, 8 notes, 1 reason, 2 tracking numbers, "
        "user, 1 API token." in page
    )
    (entry,) = map(json.loads, home.manage("erasures").splitlines())
    assert entry["customerId"] == erased.customer_id
    assert entry["touched"]["notes"] == 8


def test_a_restore_brings_nobody_back_for_long(
    home: House, erased: Person, backup: Path
) -> None:
    home.apps.end()
    home.restore(backup)
    assert set(home.search()) == set(DATABASES)

    home.manage("new_epoch")
    journal = str(home.home / "erasures.jsonl")
    assert "1 erased again" in home.manage("erasures", "--apply", journal)
    assert "0 erased again" in home.manage("erasures", "--apply", journal)
    home.start_apps()
    home.project(int(home.shell("from orders_command import feed; print(feed.head())")))

    assert home.search() == {}


def test_a_cleaner_that_is_switched_off_is_found_out(home: House) -> None:
    home.shell(WITHOUT_CLEANER.format(note=home.marks["note that is kept"]))

    found = home.search()

    assert found["command on primary"] == {"note that is kept"}


SETS = """
from django.db import connections
with connections["query"].cursor() as cursor:
    cursor.execute("select nspname from pg_namespace")
    print(cursor.fetchall())
"""
WITHOUT_CLEANER = """
from tests.orders import an_order
from tests.people import a_customer
from customers import directory
from customers.signals import customer_erasing
customer_id = a_customer()
an_order(customer_id, note="{note}")
customer_erasing.receivers.clear()
customer_erasing.sender_receivers_cache.clear()
directory.erase(customer_id, actor="system:tests")
"""
