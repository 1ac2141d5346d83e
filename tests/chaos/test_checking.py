"""Each checker of the chaos run complains about its own kind of harm, and only then."""

from dataclasses import replace

import pytest

from orders_command import faults
from tests.chaos.cells import COMMANDS, cells, comes_by
from tests.chaos.checking import Logged, check, same_as_log
from tests.chaos.history import FAIL, OK, UNKNOWN, Operation
from tests.chaos.rebuilds import POINTS, endings

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


def read(identity, *, brought, got, version, at=10.0, client="reader", named=()):
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
        named=list(named),
    )


def unknown_order(identity, *, brought):
    return Operation(
        id=identity,
        client="reader",
        kind="read order",
        began_at=1.0,
        outcome=FAIL,
        status=404,
        stream_id="a",
        brought=brought,
    )


def logged(version, request_id, *, position=None, stream="a", type_="OrderConfirmed"):
    return Logged(
        position=version if position is None else position,
        stream_id=stream,
        version=version,
        type=type_,
        request_id=request_id,
    )


SOUND = [logged(1, "one"), logged(2, "two")]
ERASED = [*SOUND, logged(1, "three", position=3, stream="ada", type_="CustomerErased")]


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
        (
            # Between two that overlap with both, which hides it from neighbours.
            [
                write("one", 1, at=5),
                replace(write("two", 2, at=0), ended_at=9.0),
                write("three", 3, at=1),
            ],
            [*SOUND, logged(3, "three")],
            "real-time order",
        ),
        ([read("r", brought=2, got=1, version=2)], SOUND, "reads at their token"),
        ([unknown_order("r", brought=1)], SOUND, "reads at their token"),
        ([replace(write("one"), unkind=[500])], SOUND, "trouble is told"),
        (
            [read("r", brought=3, got=3, version=2, named=["ada"])],
            ERASED,
            "erased for good",
        ),
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


def test_an_order_that_was_not_there_yet_may_be_unknown():
    assert check([unknown_order("r", brought=0)], SOUND) == []


def test_a_name_may_be_shown_to_who_does_not_know_of_the_erasure():
    operations = [read("r", brought=2, got=2, version=2, named=["ada"])]

    assert check(operations, ERASED) == []


@pytest.mark.parametrize(
    "rows",
    [
        {},
        {"a": ("PENDING", 2)},
        {"a": ("CONFIRMED", 1)},
        {"a": ("CONFIRMED", 2), "b": ("PENDING", 1)},
    ],
)
def test_a_missing_a_wrong_and_an_additional_row_are_found(rows):
    assert list(same_as_log("here", {"a": ("CONFIRMED", 2)}, SOUND)) == []

    assert len(list(same_as_log("here", rows, SOUND))) == 1


def test_every_point_is_tried_with_every_command():
    tried = {
        (cell.point.partition("@")[0], cell.command)
        for together in cells(quick=False)
        for cell in together
    }
    ended = {ending.point for ending in endings(quick=False)}

    in_rebuilds = {point for point in faults.POINTS if point.startswith("rebuild.")}
    elsewhere = set(faults.POINTS) - in_rebuilds
    assert tried == {
        (point, command)
        for point in elsewhere
        for command in COMMANDS
        if comes_by(point, command)
    }
    assert ended == set(POINTS) == in_rebuilds


def test_a_quick_run_has_each_pair_of_point_command_and_fault():
    quick = [
        cell
        for together in cells(quick=True)
        for cell in together
        if cell.point.startswith("command.")
    ]

    points = {cell.point.partition("@")[0] for cell in quick}
    assert {(c.point.partition("@")[0], c.command) for c in quick} == {
        (point, command)
        for point in points
        for command in COMMANDS
        if comes_by(point, command)
    }
    assert {(c.command, c.fault) for c in quick} == {
        (command, fault) for command in COMMANDS for fault in ("kill", "raise")
    }
    assert {(c.point.partition("@")[0], c.fault) for c in quick} == {
        (point, fault) for point in points for fault in ("kill", "raise")
    }
