"""The verdict on a run: wait until all is quiet, then compare everything."""

import json
import time
from dataclasses import dataclass

import psycopg

from tests.chaos.checking import Logged, check, same_as_log
from tests.chaos.history import History
from tests.chaos.system import System

QUIET_WITHIN = 90.0


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is wrong, each a sentence; the log; and how long it took to be quiet."""

    wrong: list[str]
    log: list[Logged]
    converged: float | None
    nodes: list[str]


def judge(
    system: System, history: History, *, quiet_within: float = QUIET_WITHIN
) -> Verdict:
    """Compare what clients were told, the log, and the rows of each node."""
    converged = _seconds_until_quiet(system, quiet_within)
    wrong = []
    if converged is None:
        wrong.append(f"quiet: a node lags the log after {quiet_within:.0f} s")
    log = system.log()
    wrong += check(history.operations(), log)
    for where, rows in system.rows().items():
        wrong += same_as_log(where, rows, log)
    findings, nodes = _verified(system)
    wrong += [f"verify: {finding}" for finding in findings]
    return Verdict(wrong=wrong, log=log, converged=converged, nodes=nodes)


def _seconds_until_quiet(system: System, within: float) -> float | None:
    began = time.monotonic()
    while time.monotonic() - began < within:
        try:
            if _is_quiet(system):
                return time.monotonic() - began
        except psycopg.Error:
            pass  # a server is not up again yet
        time.sleep(0.1)
    return None


def _is_quiet(system: System) -> bool:
    head = max((event.position for event in system.log()), default=0)
    every = [system.servers.primary, *system.servers.replicas]
    return all(system.shown_up_to(server) >= head for server in every)


def _verified(system: System) -> tuple[list[str], list[str]]:
    """Return what `verify` finds, and the nodes that it has compared."""
    done = system.manage("verify", "--json")
    try:
        found = json.loads(done.stdout)
    except ValueError:
        return [(done.stderr or done.stdout)[-500:]], []
    return [str(finding) for finding in found["findings"]], list(found["positions"])
