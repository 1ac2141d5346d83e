"""`make chaos`: attack the system while clients work, and hold what they were told
against the log."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from config.local import application
from config.local.postgres import Server
from tests.chaos import broken
from tests.chaos.cells import cells, try_out
from tests.chaos.checking import check
from tests.chaos.clients import Client, Shop, at_work
from tests.chaos.history import History
from tests.chaos.nemesis import QUICK, harms, small_disk
from tests.chaos.system import System

WRITERS, READERS = 4, 3
CUSTOMERS = 4
CALM_SECONDS = 1.0  # between harms
QUIET_WITHIN = 90.0
SOUND = "config.settings"


def main() -> int:
    arguments = _arguments()
    if arguments.broken:
        return _try_broken(arguments.only)
    wrong = run(quick=arguments.quick)
    if not arguments.quick and not wrong:
        return _try_broken("")
    return 1 if wrong else 0


def run(*, quick: bool) -> list[str]:
    """Try every cell, then every harm under load; return the broken promises."""
    with _started(SOUND) as (system, history, disk):
        wrong = _try_cells(system, history, quick=quick)
        found = harms(disk=disk)
        chosen = {n: h for n, h in found.items() if n in QUICK or not quick}
        wrong += _under_load(system, history, chosen, quick=quick)
        wrong += _judge(system, history)
        return wrong


def _try_cells(system: System, history: History, *, quick: bool) -> list[str]:
    shop = _shop(system)
    client = Client("cells", system, history, shop)
    began, count, wrong = time.monotonic(), 0, []
    for together in cells(quick=quick):
        wrong += try_out(system, client, together)
        count += len(together)
    system.disarm()
    _say(f"{count} cells in {time.monotonic() - began:.0f} s, {len(wrong)} wrong")
    return wrong


def _under_load(
    system: System, history: History, found: dict, *, quick: bool
) -> list[str]:
    shop = _shop(system)
    writers = [Client(f"writer {n}", system, history, shop) for n in range(WRITERS)]
    readers = [Client(f"reader {n}", system, history, shop) for n in range(READERS)]
    works = [w.write_something for w in writers] + [r.read_something for r in readers]
    began = time.monotonic()
    with at_work(works):
        for name, harm in found.items():
            _say(f"{time.monotonic() - began:5.1f} s  {name}")
            harm(system)
            time.sleep(CALM_SECONDS if quick else 2 * CALM_SECONDS)
    _say(f"{len(found)} harms in {time.monotonic() - began:.0f} s")
    return []


def _judge(system: System, history: History) -> list[str]:
    """Wait until all is quiet, and compare everything."""
    wrong = [] if _becomes_quiet(system) else ["quiet: the read side does not catch up"]
    operations = history.operations()
    wrong += check(operations, system.log())
    verified = _verified(system)
    wrong += [f"verify: {finding}" for finding in verified["findings"]]
    history.write()
    counted = Counter(operation.outcome for operation in operations)
    reads = sum(op.is_read for op in operations)
    _say(f"{len(operations)} operations, {reads} of them reads: {dict(counted)}")
    nodes = ", ".join(verified["positions"])
    _say(f"{verified['events']} events on {nodes}: {len(wrong)} broken promises")
    for complaint in wrong[:20]:
        _say(f"  {complaint}")
    return wrong


def _becomes_quiet(system: System) -> bool:
    deadline = time.monotonic() + QUIET_WITHIN
    while time.monotonic() < deadline:
        try:
            if _is_quiet(system):
                return True
        except psycopg.Error:
            pass  # a server is not up again yet
        time.sleep(0.2)
    return False


def _is_quiet(system: System) -> bool:
    head = system.log()[-1].position
    every = [system.servers.primary, *system.servers.replicas]
    return all(_stands(server) >= head for server in every)


def _stands(server: Server) -> int:
    with server.connect("query") as connection:
        row = connection.execute(
            "select min(position) from orders_query_checkpoint"
        ).fetchone()
    return int(row[0]) if row else 0


def _verified(system: System) -> dict:
    command = application.command(system.environment, "verify", "--json")
    done = subprocess.run(
        command.arguments,
        env=dict(command.environment),
        cwd=command.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        found: dict = json.loads(done.stdout)
    except ValueError:
        problem = (done.stderr or done.stdout)[-500:]
        return {"findings": [problem], "events": 0, "positions": {}}
    return found


def _try_broken(only: str) -> int:
    """Run each broken build under the load that shows it; each must be found out."""
    missed = []
    for build in broken.BUILDS:
        if only and build.name != only:
            continue
        _say(f"broken on purpose: {build.name}")
        with _started(f"tests.chaos.broken.{build.module}") as (system, history, _):
            build.prepare(system)
            chosen = {k: v for k, v in harms(disk=None).items() if k in build.harms}
            # Not before there are orders to harm.
            chosen = {**chosen, "set its fault": build.arm}
            _under_load(system, history, chosen, quick=False)
            system.disarm()
            found = _judge(system, history)
        if not any(complaint.startswith(build.found_by) for complaint in found):
            missed.append(build.name)
    for name in missed:
        _say(f"NOT found out: {name}")
    return 1 if missed else 0


def _shop(system: System) -> Shop:
    return Shop(customers=[system.register() for _ in range(CUSTOMERS)])


@contextmanager
def _started(settings: str) -> Iterator[tuple[System, History, Path | None]]:
    """Start a system in a folder of its own, kept if something goes wrong."""
    home = Path(tempfile.mkdtemp(prefix="orders-chaos-"))
    home.chmod(0o711)
    history, began = History(home / "history.jsonl"), time.monotonic()
    with (
        small_disk(home / "postgres") as disk,
        (home / "log").open("w") as log,
        System.running(home, log, settings) as system,
    ):
        _say(f"ready after {time.monotonic() - began:.0f} s")
        if disk is None:
            _say("no small disk can be mounted here: it is not filled")
        yield system, history, disk
    _say(f"history and log are in {home}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos ARGS=…", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="in about 90 seconds")
    parser.add_argument(
        "--broken", action="store_true", help="builds that must be found out"
    )
    parser.add_argument("--only", default="", help="one of the broken builds")
    return parser.parse_args()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
