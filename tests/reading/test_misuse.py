"""What no list has made and no clock shows is refused, never an error of ours."""

import base64
import json
from uuid import UUID

import pytest

from tests.people import desk_clerk

ORDERS = "/api/query/orders"
AN_ID = str(UUID(int=1))


def forged(ordering, value, order_id=AN_ID, position=0):
    """A cursor with the right shape, and whatever somebody likes in it."""
    content = json.dumps([ordering, True, value, order_id, position]).encode()
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@pytest.mark.parametrize(
    "value",
    ["١٢", "1E+999999", "1_0", "-1", "NaN", "", [0, [1], 0], True, 1.5, None],
)
def test_a_forged_total_in_a_cursor_is_400(value):
    cursor = forged("TOTAL", value)

    answer = desk_clerk().get(f"{ORDERS}?ordering=-total&cursor={cursor}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "?cursor"


@pytest.mark.parametrize(
    "value",
    [
        "2026-W10-1T00:00:00+00:00",
        "2026-03-01 00:00:00",
        "2026-02-30 00:00:00+00",
        "2026-03-01X00:00:00+00",
        "2026-03-01 00:00:00+23:59",
        *("infinity", "now", "", 0, None, ["2026-03-01 00:00:00+00"]),
    ],
)
def test_a_forged_time_in_a_cursor_is_400(value):
    cursor = forged("CREATED_AT", value)

    answer = desk_clerk().get(f"{ORDERS}?cursor={cursor}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "?cursor"


@pytest.mark.parametrize(
    "more",
    [
        *({"order_id": 1}, {"order_id": "me"}),
        *({"position": -1}, {"position": 2**63}, {"position": True}, {"position": "1"}),
    ],
)
def test_a_forged_place_in_a_cursor_is_400(more):
    cursor = forged("CREATED_AT", "2026-03-01 00:00:00+00", **more)

    assert desk_clerk().get(f"{ORDERS}?cursor={cursor}").status_code == 400


@pytest.mark.parametrize(
    "time", ["2026-01-01T00:00:00%2B23:59", "2026-01-01T00:00:00-23:59"]
)
def test_any_zone_of_rfc_3339_is_understood(time):
    assert desk_clerk().get(f"{ORDERS}?limit=1&createdAfter={time}").status_code == 200


@pytest.mark.parametrize(
    "time", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"]
)
def test_a_time_outside_of_the_calendar_is_400(time):
    answer = desk_clerk().get(f"{ORDERS}?createdBefore={time}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "?createdBefore"
