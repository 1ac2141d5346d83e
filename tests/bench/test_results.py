"""What is written of a run: verdicts by what is owed, and a well-formed plot."""

from xml.etree import ElementTree

import pytest

from bench.plot import Bar, svg
from bench.results import _verdict


@pytest.mark.parametrize(
    ("ratio", "told"), [(12.5, "aim"), (8.0, "floor"), (4.0, "no: 50 % of it")]
)
def test_a_ratio_is_held_against_its_floor_and_its_aim(ratio, told):
    assert _verdict(ratio, 8, 12) == told


def test_without_a_floor_the_aim_is_owed():
    assert _verdict(0.25, None, 0.5) == "no: 50 % of it"


def test_a_plot_is_xml_with_a_bar_for_each_ratio():
    bars = [
        Bar(label="a & b", middle=9, least=8, most=10, aim=12, floor=8),
        Bar(label="c", middle=0.3, least=0.2, most=0.4, aim=0.5),
    ]

    plot = ElementTree.fromstring(svg(bars))

    name = "{http://www.w3.org/2000/svg}rect"
    assert [r.get("class") for r in plot.iter(name)] == ["back", "bar", "short"]
    assert "a & b" in "".join(plot.itertext())
