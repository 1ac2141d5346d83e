"""Each checker of the chaos run complains about its own kind of harm, and only then."""

import pytest

from tests.chaos.checking import Logged, check
from tests.chaos.history import FAIL, OK, UNKNOWN, Operation

pytestmark = pytest.mark.no_services


def write(identity, version=1, *, outcome=OK, at=None, stream="a", position=None):
    moment = float(version if at is None else at)
    return Operation(
        id=identity,
        client="writer",
        kind="confirm",
        began_at=moment,
        ended_at=moment + 0.5,
        outcome=outcome,
        stream_id=stream,
        version=version,
        position=version if position is None else position,
    )


def read(identity, *, brought, got, version, at=10.0, client="reader"):
    return Operation(
        id=identity,
        client=client,
        kind="read order",
        began_at=at,
        ended_at=at + 0.1,
        outcome=OK,
        brought=brought,
        got=got,
        seen={"a": version},
    )


def logged(version, request_id, *, position=None, stream="a"):
    return Logged(
        position=version if position is None else position,
        stream_id=stream,
        version=version,
        type="OrderConfirmed",
        request_id=request_id,
    )


SOUND = [logged(1, "one"), logged(2, "two")]


def names(operations, log):
    return {complaint.partition(":")[0] for complaint in check(operations, log)}


def test_a_sound_history_has_no_complaint():
    operations = [
        write("one", 1),
        write("two", 2),
        write("three", outcome=FAIL),
        write("four", outcome=UNKNOWN),
        read("r", brought=2, got=2, version=2),
    ]

    assert check(operations, SOUND) == []


@pytest.mark.parametrize(
    ("operations", "log", "checker"),
    [
        ([write("one"), write("lost", 3)], SOUND, "acknowledged once"),
        ([write("one", 2)], SOUND, "acknowledged once"),
        ([write("two", 2, outcome=FAIL)], SOUND, "refused never"),
        (
            [write("one", outcome=UNKNOWN)],
            [logged(1, "one"), logged(2, "one")],
            "unknown at most once",
        ),
        ([], [logged(1, "one"), logged(1, "two", position=2)], "versions without gap"),
        ([], [logged(1, "one"), logged(3, "two")], "versions without gap"),
        ([write("one", 1, at=5), write("two", 2, at=1)], SOUND, "real-time order"),
        ([read("r", brought=2, got=1, version=2)], SOUND, "reads at their token"),
        ([read("r", brought=2, got=2, version=1)], SOUND, "reads at their token"),
        (
            [
                read("r", brought=0, got=2, version=2, at=1),
                read("s", brought=0, got=2, version=1, at=2),
            ],
            SOUND,
            "no step back",
        ),
    ],
)
def test_each_checker_complains_about_its_own_kind_of_harm(operations, log, checker):
    assert names(operations, log) == {checker}


def test_two_readers_may_see_different_versions():
    operations = [
        read("r", brought=0, got=2, version=2, at=1),
        read("s", brought=0, got=1, version=1, at=2, client="another"),
    ]

    assert check(operations, SOUND) == []
