"""`make bench`: starts a system of its own, measures, and prints what it saw.

`make bench ARGS=lag` or `trouble` measures only that; `make bench ARGS=plans` explains
every question to the read side, with a million orders.
"""

import sys

from bench import (
    fuzz,
    growth,
    importing,
    lag,
    plans,
    projecting,
    rebuilding,
    renaming,
    scaling,
    trouble,
)
from bench.running import running_system

MEASUREMENTS = {"trouble": trouble.main}
REPLICAS = {"trouble": 2}
# They start what they need themselves, and take options.
ON_THEIR_OWN = {
    "growth": growth.main,
    "import": importing.main,
    "lag": lag.main,
    "plans": plans.main,
    "projector": projecting.main,
    "rebuild": rebuilding.main,
    "rename": renaming.main,
    "scaling": scaling.main,
}


if __name__ == "__main__":
    if alone := ON_THEIR_OWN.get(next(iter(sys.argv[1:]), "")):
        alone(sys.argv[2:])
        raise SystemExit
    known = {**MEASUREMENTS, "fuzz": fuzz.main}
    wanted = sys.argv[1:] or list(MEASUREMENTS)
    if unknown := [name for name in wanted if name not in known]:
        raise SystemExit(f"no such measurement: {unknown[0]}")
    for name in wanted:
        with running_system(replicas=REPLICAS.get(name, 1)) as system:
            known[name](system)
