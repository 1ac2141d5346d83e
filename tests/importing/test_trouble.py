"""Imports that are killed, stopped, doubled, raced, or very large."""

import re
import signal
import time
from itertools import chain
from pathlib import Path

import pytest
from django.db import connection

from customers import directory
from orders_command import feed
from orders_command.domain.errors import DuplicateReference
from orders_command.models import Event, Order
from tests.importing.files import HEADER, a_reference, a_row, written
from tests.importing.test_import import LIVES, differences_of, order
from tests.orders import ACTOR, an_order
from tests.people import a_customer, an_email
from tests.waiting import eventually

ORDERS = 9
APPENDED = "command.after_append@import_orders"
COMMITTED = "command.after_commit@import_orders"
DECIDED = "command.before_append@import_orders"
FAR_APART_KB = 12_000  # what a survey keeps of its own file, and no more


@pytest.fixture
def given(tmp_path):
    """Nine orders with a past, of three new customers, two items each."""
    emails = [an_email() for _ in range(3)]
    lives = list(LIVES.values())
    rows = [
        a_row(customer_email=emails[n % 3], **lives[n % len(lives)])
        for n in range(ORDERS)
    ]
    path = written(tmp_path, *chain.from_iterable((row, row) for row in rows))
    return path, [row["order_ref"] for row in rows]


def there(references):
    return Order.objects.filter(reference__in=references)


def ended(process):
    printed, _ = process.communicate(timeout=60)
    return printed


@pytest.mark.parametrize(("point", "left"), [(APPENDED, 0), (COMMITTED, 2)])
def test_one_that_was_killed_leaves_whole_orders_and_goes_on_when_called_again(
    started, given, tmp_path, point, left
):
    path, references = given
    (tmp_path / point).write_text("kill")

    killed = started(str(path), "--batch", "2", FAULTS_DIR=str(tmp_path))
    ended(killed)
    found = list(there(references))
    again = started(str(path), "--batch", "2")
    printed = ended(again)

    assert killed.returncode == -signal.SIGKILL
    assert len(found) == left
    assert all(o.items.count() == 2 for o in found)
    assert again.returncode == 0
    told = f"{ORDERS - left} imported, {left} already there, 0 refused"
    assert told in printed
    assert there(references).count() == ORDERS
    assert differences_of(*there(references)) == []


def test_two_at_once_bring_each_order_once(started, given):
    path, references = given

    both = [started(str(path), "--batch", "1") for _ in range(2)]
    printed = [ended(process) for process in both]

    counts = [int(line.split(" imported")[0].split()[-1]) for line in printed]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(counts) == ORDERS
    assert there(references).count() == ORDERS
    assert len(set(there(references).values_list("customer_id", flat=True))) == 3
    assert differences_of(*there(references)) == []


def test_ctrl_c_says_how_far_it_came_and_the_same_command_goes_on(
    started, given, tmp_path
):
    path, references = given
    (tmp_path / COMMITTED).write_text("delay 1.5")

    process = started(str(path), "--batch", "2", FAULTS_DIR=str(tmp_path))
    eventually(lambda: list(tmp_path.glob("*.fired")), 30)
    process.send_signal(signal.SIGINT)
    printed = ended(process)

    assert process.returncode == 130
    assert "The same command goes on from there." in printed
    assert "Traceback" not in printed
    assert there(references).count() == 2
    assert "7 imported, 2 already there" in ended(started(str(path)))


def test_it_shows_how_far_it_is(started, given, tmp_path):
    path, _ = given
    (tmp_path / COMMITTED).write_text("delay 1.2")

    process = started(str(path), "--batch", "2", FAULTS_DIR=str(tmp_path))

    told = re.search(
        r"^importing: 2 orders, \d+/s, .* MB, \d+ s left$", ended(process), re.MULTILINE
    )
    assert told


def test_without_the_command_database_it_ends_with_status_3(started, given):
    path, _ = given
    away = "postgres://nobody:nothing@127.0.0.1:9/command"

    process = started(str(path), "--dry-run", DATABASE_URL=away)
    printed = ended(process)

    assert process.returncode == 3
    assert "takes nothing (OperationalError)" in printed
    assert "Traceback" not in printed


def test_an_address_that_is_taken_in_between_is_that_customers(started, tmp_path):
    row = a_row()

    with _paused(started, tmp_path, row) as process:
        email = row["customer_email"].upper()
        taken = directory.register(name="Bela", email=email, actor=ACTOR)
        printed = ended(process)

    assert "1 imported, 0 already there, 0 refused, 0 customers made" in printed
    assert order(row["order_ref"]).customer_id == taken.customer.customer_id


def test_a_reference_that_is_taken_in_between_is_an_error(started, tmp_path):
    row = a_row()

    with _paused(started, tmp_path, row) as process:
        an_order(a_customer(), reference=row["order_ref"])
        printed = ended(process)

    assert process.returncode == 1
    assert "is of another customer" in printed
    assert directory.of_email(row["customer_email"]) is None


def test_who_asks_for_a_reference_that_is_just_imported_waits_and_is_refused(
    started, tmp_path
):
    row, customer_id = a_row(), a_customer()

    with _paused(started, tmp_path, row, at=APPENDED) as process:
        with pytest.raises(DuplicateReference):
            an_order(customer_id, reference=row["order_ref"])
        printed = ended(process)

    assert "1 imported, 0 already there, 0 refused" in printed
    assert there([row["order_ref"]]).count() == 1


def test_who_is_erased_in_between_gets_no_order(started, tmp_path):
    email = an_email()
    erased = directory.register(name="Ada", email=email, actor=ACTOR).customer
    row = a_row(customer_email=email)

    with _paused(started, tmp_path, row) as process:
        directory.erase(erased.customer_id, actor=ACTOR)
        printed = ended(process)

    assert "1 imported, 0 already there, 0 refused, 1 customers made" in printed
    assert order(row["order_ref"]).customer_id != erased.customer_id


def test_customers_are_made_once_across_the_parts_of_a_file(imports):
    email = an_email()
    rows = [a_row(customer_email=email) for _ in range(10)]

    said = imports(*rows)

    assert "10 imported, 0 already there, 0 refused, 1 customers made" in said.printed
    customers = {order(row["order_ref"]).customer_id for row in rows}
    assert customers == {directory.of_email(email).customer_id}


def test_the_feed_has_what_was_imported_in_one_piece(imports):
    before = feed.head()
    rows = [a_row(**LIVES["SHIPPED"]) for _ in range(4)]

    imports(*rows)

    events = feed.read(after=before, limit=1_000).events
    ours = {order(row["order_ref"]).pk for row in rows}
    assert [e.version for e in events if e.stream_id in ours] == [1, 2, 3] * 4
    assert Event.objects.filter(order_id__in=ours, request_id="").count() == 12


def test_the_log_still_refuses_to_be_rewritten(imports):
    row = a_row()
    imports(row)

    with connection.cursor() as cursor:
        cursor.execute(
            "select tgname from pg_trigger where tgenabled = 'O' "
            "and tgrelid = 'orders_command_event'::regclass and not tgisinternal"
        )
        names = {name for (name,) in cursor.fetchall()}

    assert names == {"event_append_only", "event_in_its_epoch"}


def test_memory_does_not_grow_with_the_file(services, started, tmp_path):
    small = _peak(started, _large(tmp_path, orders=2_000))
    large = _peak(started, _large(tmp_path, orders=40_000))

    assert large - small < FAR_APART_KB


class _paused:  # noqa: N801 - reads like the function that it is used as
    """An import that has decided on a row, and waits before it saves or commits it."""

    def __init__(self, started, folder, row, *, at=DECIDED):
        (folder / at).write_text("delay 2" if at == DECIDED else "delay 1")
        path = written(folder, row)
        self._folder = folder
        self._process = started(str(path), FAULTS_DIR=str(folder))

    def __enter__(self):
        eventually(lambda: list(self._folder.glob("*.fired")), 30)
        return self._process

    def __exit__(self, *_):
        self._process.wait(30)


def _large(folder, *, orders):
    """Write a file of which each 500th order is refused, with three items each."""
    prefix, path = a_reference()[:12], folder / f"{orders}.csv"
    with path.open("w") as file:
        file.write(",".join(HEADER) + "\n")
        for number in range(orders):
            row = a_row(f"{prefix}-{number}", customer_email=f"c{number}@example.org")
            row["price"] = "3.505" if number % 500 == 0 else "3.50"
            file.write((",".join(row.values()) + "\n") * 3)
    return path


def _peak(started, path):
    """Return the most memory that a dry run took, in kB."""
    process = started(str(path), "--dry-run")
    peak = 0
    while now := re.search(r"VmHWM:\s+(\d+)", _status(process)):
        peak = int(now[1])
        time.sleep(0.01)
    assert "refused" in ended(process)
    return peak


def _status(process):
    """Return what the kernel says of a process; of one that has ended, little."""
    return Path(f"/proc/{process.pid}/status").read_text()
