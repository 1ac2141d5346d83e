import math

import pytest

from bench.figures import PRODUCT, Aim, Figure, percentile, quotient, shown, table
from bench.watching import lags


def test_a_ratio_compares_what_was_measured_in_the_same_round() -> None:
    speed = Figure(
        what="work", unit="/s", samples={PRODUCT: [10, 40, 30], "peer": [5, 10, 10]}
    )

    ratio = speed.ratio("peer")

    assert (ratio.least, ratio.middle, ratio.most) == (2, 3, 4)


def test_where_less_is_better_the_ratio_is_turned_round() -> None:
    lag = Figure(
        what="lag",
        unit="ms",
        samples={PRODUCT: [5.0], "peer": [10.0]},
        more_is_better=False,
    )

    ratio = lag.ratio("peer")

    assert ratio.middle == 2


def test_a_line_tells_the_spread_and_the_aim() -> None:
    speed = Figure(
        what="work",
        unit="/s",
        samples={PRODUCT: [100, 300, 200], "peer": [10, 20, 10]},
        aims={"peer": Aim(floor=8, aim=12)},
    )

    of_the_product, of_the_peer = speed.lines()

    assert "200 /s  (100 to 300; 3 rounds)" in of_the_product
    assert of_the_peer.endswith("ratio 15.00 (10.00 to 20.00), aim 8, 12")


def test_a_percentile_is_a_value_that_was_seen() -> None:
    seen = [float(number) for number in range(1, 101)]

    found = [percentile(seen, cent) for cent in (50, 99, 100)]

    assert found == [50, 99, 100]
    assert percentile([7.0], 1) == 7


def test_nothing_is_divided_by_nothing() -> None:
    assert quotient(1, 0) == math.inf


def test_numbers_are_shown_with_three_digits() -> None:
    told = [shown(value) for value in (0, 0.01234, 1.5, 12345.6)]

    assert told == ["0", "0.0123", "1.5", "12,346"]


def test_a_table_is_markdown() -> None:
    told = table(["rate", "p50"], [["20/s", "5 ms"]])

    assert told == "| rate | p50 |\n| --- | --: |\n| 20/s | 5 ms |"


def test_a_lag_ends_when_a_number_as_great_is_seen() -> None:
    seen = [(0.0, 0), (1.5, 3), (2.5, 4)]  # 1 and 2 came together with 3

    found = lags(seen, [(1.0, 1), (1.25, 3), (2.25, 4), (1.4, 2)])

    assert found == pytest.approx([500, 100, 250, 250])


def test_what_was_seen_before_it_was_answered_took_no_time() -> None:
    assert lags([(1.0, 5)], [(1.25, 5)]) == [0.0]
