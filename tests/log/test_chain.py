"""The hash of an event is that of its content as sorted-key JSON, however written."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_command import codec
from orders_command.codec import Entry

pytestmark = pytest.mark.no_services

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    texts | st.integers(-(2**53), 2**53) | st.booleans() | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=8,
)
entries = st.builds(
    Entry,
    id=st.uuids(),
    stream_id=st.uuids(),
    version=st.integers(1, 2**31 - 1),
    type=texts,
    shape=st.integers(1, 9),
    data=st.dictionaries(texts, values),
    actor=texts,
    request_id=texts,
    occurred_at=st.datetimes(
        datetime(1, 1, 3),  # noqa: DTZ001 - hypothesis adds the zone
        datetime(9999, 12, 29),  # noqa: DTZ001
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]),
    ),
)
KNOWN = Entry(
    id=UUID(int=1),
    stream_id=UUID(int=2),
    version=3,
    type="OrderShipped",
    shape=1,
    data={"tracking_number": "T-1", "carrier": "Zoë"},
    actor="user:1",
    request_id="r",
    occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
)


@given(entries, st.binary(max_size=32))
def test_the_chain_is_that_of_the_content_as_json(entry, previous):
    content = {
        **vars(entry),
        "id": str(entry.id),
        "stream_id": str(entry.stream_id),
        "occurred_at": entry.occurred_at.astimezone(UTC).isoformat(
            timespec="microseconds"
        ),
    }

    text = json.dumps(content, sort_keys=True, separators=(",", ":"))

    expected = hashlib.sha256(previous + text.encode()).digest()
    assert codec.chain(previous, entry) == expected


def test_a_hash_that_was_written_once_is_the_same_for_ever():
    digest = codec.chain(b"before", KNOWN).hex()

    assert digest == (
        "5ed7267e4f5431bb72935c5407a2d6fa257091d94eb8b4ef1596c974294f5324"
    )
