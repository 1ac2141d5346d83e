"""The journal of erasures: ids and times, beside the databases, good to erase again."""

import json
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from customers import directory
from tests.orders import ACTOR, an_order
from tests.people import a_customer


def erasures(*arguments, **options):
    printed = StringIO()
    call_command("erasures", *arguments, stdout=printed, **options)
    return printed.getvalue()


def kept():
    """Return the entries of the file by their customers."""
    lines = Path(settings.ERASURE_JOURNAL).read_text().splitlines()
    return {json.loads(line)["customerId"]: line for line in lines}


def erased(**more):
    customer_id = a_customer("Xanthippe")
    an_order(customer_id, note="Ring twice.")
    return customer_id, directory.erase(customer_id, actor=ACTOR, **more)


def test_an_erasure_is_in_the_file_as_soon_as_it_is_committed():
    customer_id, change = erased()

    entry = json.loads(kept()[str(customer_id)])
    assert entry["position"] == change.position
    assert entry["touched"] == {
        "name": 1,
        "email": 1,
        "notes": 1,
        "reasons": 0,
        "shipments": 0,
    }
    assert "Xanthippe" not in Path(settings.ERASURE_JOURNAL).read_text()
    assert Path(settings.ERASURE_JOURNAL).stat().st_mode & 0o777 == 0o600


def test_what_the_file_lacks_is_added_every_hour(settings, tmp_path):
    settings.ERASURE_JOURNAL = str(tmp_path / "nowhere" / "erasures.jsonl")
    customer_id, _ = erased()
    settings.ERASURE_JOURNAL = str(tmp_path / "erasures.jsonl")
    (tmp_path / "erasures.jsonl").write_text('{"customerId": "torn')

    erasures(complete=True)
    assert erasures(complete=True) == "0 added\n"

    lines = (tmp_path / "erasures.jsonl").read_text().splitlines()
    assert sum(str(customer_id) in line for line in lines) == 1


def test_those_after_a_position_or_since_a_time_are_printed():
    _, first = erased()
    customer_id, second = erased()

    (line,) = erasures(since=str(first.position)).splitlines()
    assert json.loads(line)["customerId"] == str(customer_id)
    since = second.customer.erased_at.isoformat()
    assert str(customer_id) in erasures(since=since)
    assert str(first.customer.customer_id) not in erasures(since=since)


def test_it_erases_again_who_is_back_as_of_the_time_that_it_was(tmp_path):
    customer_id, line = (
        a_customer(),
        json.dumps(
            {"customerId": str(uuid4()), "erasedAt": "2026-01-02T03:04:05+00:00"}
        ),
    )
    back = json.loads(line) | {"customerId": str(customer_id)}
    file = tmp_path / "journal"
    file.write_text(f"{line}\n{json.dumps(back)}\n")

    first, second = erasures(apply=str(file)), erasures(apply=str(file))

    assert first == "1 erased again\n0 erased already\n1 unknown here\n"
    assert second == "0 erased again\n1 erased already\n1 unknown here\n"
    at = directory.find(customer_id).erased_at
    assert at.isoformat() == "2026-01-02T03:04:05+00:00"


def test_a_line_that_is_no_entry_is_named_and_the_others_count(tmp_path):
    customer_id, _ = erased()
    file = tmp_path / "journal"
    file.write_text(f"nonsense\n{kept()[str(customer_id)]}\n[]\n")
    errors = StringIO()

    with pytest.raises(CommandError, match="2 lines refused"):
        erasures(apply=str(file), stderr=errors)

    assert "line 1: This line is no entry" in errors.getvalue()
    assert "line 3:" in errors.getvalue()


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01T00:00:00Z", "2026-01-01"])
def test_a_time_that_is_none_is_refused(since):
    with pytest.raises(CommandError, match="--since"):
        erasures(since=since)
