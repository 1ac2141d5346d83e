"""What it costs to be observed: a line for each request, traces, a collector away.

Web servers beside the system's own serve the same orders from the same machine and are
asked in turn. CPU is told, since what others do on the machine moves rates more.
"""

import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median

from bench import loading, sizes
from bench.figures import table
from bench.limiting import CREATE, LIST, Turns, served, turn
from bench.running import running_system
from bench.serving import Scene
from bench.sizes import Size
from bench.system import System
from config.local.ports import HOST
from tests.collecting import collecting

NOTHING = "nothing"
LINES = "a line for each request"
TRACES = "traces"
SILENT = "traces, the collector silent"


def main(arguments: Sequence[str]) -> None:
    size = sizes.parsed("observed", arguments)
    with running_system() as system:
        loading.import_into(system, size.orders)
        print(told(measured(system, size)))


def measured(system: System, size: Size) -> dict[tuple[str, str], Turns]:
    found: dict[tuple[str, str], Turns] = {}
    scene = Scene(system)
    with ExitStack() as stack:
        ports = {
            name: stack.enter_context(served(system, how))
            for name, how in stack.enter_context(_parties()).items()
        }
        for number in range(size.rounds + 1):
            order = list(ports)[:: 1 if number % 2 else -1]
            for work in (LIST, CREATE):
                for name in order:
                    turns = found.setdefault((work, name), Turns())
                    turn(turns, system, scene, work, *ports[name], size.seconds)
            if number == 0:
                found.clear()  # nobody pays for the first time
    return found


def told(found: dict[tuple[str, str], Turns]) -> str:
    head = ["work", "observed by", "a second", "p50, ms", "p99", "web's CPU, ms"]
    rows = [[*key, *turns.row()[:4]] for key, turns in found.items()]
    lines = [table(head, rows)]
    for (work, name), turns in found.items():
        without = found[work, NOTHING]
        dearer = median(
            a / b for a, b in zip(turns.web_ms, without.web_ms, strict=True)
        )
        lines.append(f"{work}, {name}: {dearer - 1:+.1%} of the web's CPU")
    return "\n\n".join(lines)


@contextmanager
def _parties() -> Iterator[dict[str, dict[str, str]]]:
    """Return the environment of each, with a collector and one that says nothing."""
    plain = {"LOG_FORMAT": "json", "LOG_REQUESTS": "0"}
    with collecting() as collector, socket.create_server((HOST, 0)) as silent:
        nobody = f"http://{HOST}:{silent.getsockname()[1]}"
        yield {
            NOTHING: plain,
            LINES: {**plain, "LOG_REQUESTS": "1"},
            TRACES: {**plain, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url},
            SILENT: {**plain, "OTEL_EXPORTER_OTLP_ENDPOINT": nobody},
        }
