"""What it costs to hold callers to budgets: the product with limits and without.

Both serve the same orders from the same machine and are asked in turn. CPU is told by
part, since what others do on the machine moves rates more than the limits do.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from statistics import median

import psutil

from bench import loading, parts, sizes
from bench.client import load
from bench.figures import percentile, shown, table
from bench.parties import product
from bench.running import running_system
from bench.serving import Scene
from bench.sizes import Size
from bench.system import System
from config.local import application
from config.local.console import Console
from config.local.ports import free_ports
from config.local.supervisor import Supervisor

ON, OFF = "with limits", "without"
LIST, CREATE = "newest 50 of a customer", "a new order of 3 items"
NONE = dict.fromkeys(
    ("RATE_LIMIT_READS", "RATE_LIMIT_WRITES", "RATE_LIMIT_STRANGERS"), "0"
)
AT_MOST = 3_000  # new orders a second that are made ready


@dataclass(kw_only=True)
class Turns:
    """What one party came to at one kind of work, by round."""

    rates: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    web_ms: list[float] = field(default_factory=list)
    valkey_ms: list[float] = field(default_factory=list)

    def row(self) -> list[str]:
        return [
            shown(median(self.rates)),
            *(shown(percentile(self.times, cent) * 1e3) for cent in (50, 99)),
            f"{median(self.web_ms):.3f}",
            f"{median(self.valkey_ms):.3f}",
        ]


def main(arguments: Sequence[str]) -> None:
    size = sizes.parsed("limits", arguments)
    with running_system() as system:
        loading.import_into(system, size.orders)
        print(told(measured(system, size)))


def measured(system: System, size: Size) -> dict[tuple[str, str], Turns]:
    found: dict[tuple[str, str], Turns] = {}
    scene = Scene(system)
    with ExitStack() as stack:
        ports = {
            ON: stack.enter_context(served(system, {})),
            OFF: stack.enter_context(served(system, NONE)),
        }
        for number in range(size.rounds + 1):
            order = (ON, OFF) if number % 2 else (OFF, ON)
            for work in (LIST, CREATE):
                for name in order:
                    turns = found.setdefault((work, name), Turns())
                    turn(turns, system, scene, work, *ports[name], size.seconds)
            if number == 0:
                found.clear()  # nobody pays for the first time
    return found


def told(found: dict[tuple[str, str], Turns]) -> str:
    head = ["work", "party", "a second", "p50, ms", "p99"]
    head += ["web's CPU, ms", "Valkey's"]
    lines = [table(head, [[*key, *turns.row()] for key, turns in found.items()])]
    for work in (LIST, CREATE):
        on, off = found[work, ON], found[work, OFF]
        dearer = median(on.web_ms) / median(off.web_ms) - 1
        slower = 1 - median(a / b for a, b in zip(on.rates, off.rates, strict=True))
        lines.append(f"{work}: {dearer:+.1%} of the web's CPU, {slower:+.1%} slower")
    return "\n\n".join(lines)


@contextmanager
def served(system: System, limits: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Run a web server beside the system's own; give its port and its leader."""
    port = free_ports(1)[0]
    environment = {
        **system.environment(),
        **limits,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    with (system.var_dir / f"web-{port}.log").open("w") as file:
        supervisor = Supervisor(Console(file))
        try:
            supervisor.start(application.web(environment, port=port))
            [child] = supervisor.children()
            yield port, child.process.pid
        finally:
            supervisor.end()


def turn(  # noqa: PLR0917 - who does what, how long
    turns: Turns,
    system: System,
    scene: Scene,
    work: str,
    port: int,
    leader: int,
    seconds: float,
) -> None:
    party = replace(product(system), port=port)
    if work == LIST:
        requests = [party.newest(customer) for customer in scene.customers]
    else:
        assert party.create is not None
        customers = scene.customers * (int(seconds * AT_MOST) // len(scene.customers))
        requests = [party.create(customer) for customer in customers]
    before = _used(system, leader)
    done = load(port, requests, seconds=seconds, repeats=work == LIST)
    after = _used(system, leader)
    if done.refused:
        raise SystemExit(f"refused: {done.refused[0]!r}")
    loading.wait_until_level(system)
    number = len(done.times)
    turns.rates.append(done.rate)
    turns.times += done.times
    turns.web_ms.append((after[0] - before[0]) * 1e3 / number)
    turns.valkey_ms.append((after[1] - before[1]) * 1e3 / number)


def _used(system: System, leader: int) -> tuple[float, float]:
    web = psutil.Process(leader)
    all_ = [web, *web.children(recursive=True)]
    seconds = sum(sum(process.cpu_times()[:2]) for process in all_)
    return seconds, parts.cpu_seconds(system)[parts.VALKEY]
