"""How many acknowledged orders a promotion loses: `python -m tests.failover 5`."""

import shutil
import sys
import tempfile
from pathlib import Path

from tests.failover.cluster import Cluster
from tests.failover.losing import lose_the_primary, synchronous


def main(runs: int) -> None:
    """Print a line for each run, by turns with and without a synchronous standby."""
    for run in range(1, runs + 1):
        for is_synchronous in (False, True):
            _run(run, is_synchronous=is_synchronous)


def _run(run: int, *, is_synchronous: bool) -> None:
    home = Path(tempfile.mkdtemp(prefix="orders-failover-"))
    with (home / "processes.log").open("w") as log:
        cluster = Cluster.start(home, log)
        try:
            if is_synchronous:
                synchronous(cluster)
            lost = lose_the_primary(cluster)
        finally:
            cluster.end()
            shutil.rmtree(home, ignore_errors=True)
    kind = "ANY 1" if is_synchronous else "asynchronous"
    told = f"{lost.acknowledged} acknowledged, {len(lost.missing)} lost"
    sys.stdout.write(f"run {run}, {kind}: {told}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
