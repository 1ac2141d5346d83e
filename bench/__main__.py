"""`make bench`: measures, each figure beside a peer or a limit, and prints what it saw.

`make bench ARGS=lag` measures only that, `ARGS="lag --full"` at full size;
`make bench ARGS=plans` explains every question to the read side, with a million orders.
"""

import sys
from collections.abc import Callable, Sequence

from bench import (
    bulk,
    fuzz,
    growth,
    importing,
    lag,
    limiting,
    log_size,
    observing,
    pages,
    paging,
    pictures,
    plans,
    pooling,
    projecting,
    rebuilding,
    renaming,
    rewriting,
    scaling,
    serving,
    shop,
    trouble,
)
from bench.running import running_system
from bench.system import System

# They start what they need themselves, and take options.
ON_THEIR_OWN: dict[str, Callable[[Sequence[str]], None]] = {
    "serving": serving.main,
    "paging": paging.main,
    "lag": lag.main,
    "projector": projecting.main,
    "rebuild": rebuilding.main,
    "import": importing.main,
    "rename": renaming.main,
    "growth": growth.main,
    "scaling": scaling.main,
}
SELDOM: dict[str, Callable[[list[str]], None]] = {
    # Several of the above, which share the time that loading takes.
    "shop": shop.main,
    "bulk": bulk.main,
    "limits": limiting.main,
    # It needs pgbouncer.
    "pooling": pooling.main,
    "observed": observing.main,
    # They need Chromium.
    "pages": pages.main,
    "pictures": pictures.main,
    # What they find out changes with the layout, not with the code.
    "plans": plans.main,
    "log-size": log_size.main,
    "rewriting": rewriting.main,
}
OF_A_SYSTEM: dict[str, Callable[[System], None]] = {
    "trouble": trouble.main,
    "fuzz": fuzz.main,
}
UNASKED = (*ON_THEIR_OWN, "trouble")
REPLICAS = {"trouble": 2}


def main(name: str, options: list[str]) -> None:
    if name in ON_THEIR_OWN:
        ON_THEIR_OWN[name](options)
    elif name in SELDOM:
        SELDOM[name](options)
    elif name in OF_A_SYSTEM:
        with running_system(replicas=REPLICAS.get(name, 1)) as system:
            OF_A_SYSTEM[name](system)
    else:
        raise SystemExit(f"no such measurement: {name}")


if __name__ == "__main__":
    if sys.argv[1:]:
        main(sys.argv[1], sys.argv[2:])
    else:
        for unasked in UNASKED:
            main(unasked, [])
