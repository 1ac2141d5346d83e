"""`make chaos`: attack the system while clients work, and hold what they were told
against the log."""

import argparse
import random
import sys
import time
from pathlib import Path

from config.local.application import ROOT
from tests.chaos.attack import Attack, Sizes
from tests.chaos.building import try_broken
from tests.chaos.report import Report

FULL = Sizes(acknowledged=20_000, kills=200, contested=50, contestants=20)
QUICK = Sizes(acknowledged=500, kills=0, contested=3, contestants=20, is_quick=True)
TOLD = 20  # complaints


def main() -> int:
    arguments = _arguments()
    report = Report.begun(seed=arguments.seed)
    say(f"seed {report.seed}, commit {report.commit}")
    missed: list[str] = []
    if not arguments.broken:
        Attack(report, QUICK if arguments.quick else FULL, say=say).run()
    if not arguments.quick and not report.broken_promises:
        missed = try_broken(report, arguments.only, say=say)
    report.write(arguments.report)
    say(report.table())
    for complaint in [*report.broken_promises[:TOLD], *missed]:
        say(complaint)
    say(f"the figures are in {arguments.report}")
    return 1 if report.broken_promises or missed else 0


def say(line: str) -> None:
    sys.stdout.write(f"{time.monotonic() - BEGAN:6.1f} s  {line}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos ARGS=…", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="in about 90 seconds")
    parser.add_argument(
        "--broken", action="store_true", help="only builds that must be found out"
    )
    parser.add_argument("--only", default="", help="one of the broken builds")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument(
        "--report", type=Path, default=ROOT / "var" / "chaos", help="a folder"
    )
    return parser.parse_args()


BEGAN = time.monotonic()

if __name__ == "__main__":
    sys.exit(main())
