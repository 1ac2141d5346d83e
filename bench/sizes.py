"""How much is measured: quick for a look, full for what is written down."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many orders there are, how often all take their turn, for how long."""

    orders: int
    rounds: int
    seconds: float  # of a turn that is paced
    events: int  # of a turn that works off what is there
    keeps: bool = False  # the results, in bench/results


QUICK = Size(orders=10_000, rounds=2, seconds=3.0, events=3_000)
FULL = Size(orders=1_000_000, rounds=5, seconds=10.0, events=10_000)


def parsed(name: str, arguments: Sequence[str]) -> Size:
    """Return the size that somebody asks for on the command line."""
    parser = argparse.ArgumentParser(prog=f"bench {name}")
    parser.add_argument("--full", action="store_true", help="a million orders")
    parser.add_argument("--keep", action="store_true", help="in bench/results")
    parser.add_argument("--orders", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--events", type=int)
    wish = vars(parser.parse_args(arguments))
    size = FULL if wish.pop("full") else QUICK
    size = replace(size, keeps=wish.pop("keep"))
    return replace(size, **{k: v for k, v in wish.items() if v is not None})
