"""The processes of the product: worker, beat, rebuilder, webhooks, web, commands."""

import os
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from config.local import valkey
from config.local.addresses import OWNER_URLS, UNSET
from config.local.ports import HOST
from config.local.processes import MARK, Command
from config.local.supervisor import Service

METRICS = "metrics"  # the folder in which the processes count
ROOT = Path(__file__).resolve().parent.parent.parent
OTHER_CONNECTIONS = 1_000  # of one web process, beside those of listeners
# In a container and on a rented machine one is root; Celery says so at each start.
_AS_ROOT = "ignore:You're running the worker with superuser"


def environment(var_dir: Path, addresses: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the product's processes, in production mode."""
    inherited = {name: value for name, value in os.environ.items() if name != UNSET}
    return {
        **inherited,
        **addresses,
        "VAR_DIR": str(var_dir),
        MARK: str(var_dir),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
    }


def command(environment: Mapping[str, str], *arguments: str) -> Command:
    """Return one of manage.py's commands."""
    return Command(
        name=arguments[0],
        arguments=[sys.executable, str(ROOT / "manage.py"), *arguments],
        environment=environment,
        folder=ROOT,
    )


def migrate(environment: Mapping[str, str], database: str) -> Command:
    """Return the command that brings one database up to date."""
    options = [f"--database={database}", "--skip-checks", "--verbosity=1"]
    return command(environment, "migrate", *options)


def worker(environment: Mapping[str, str]) -> Service:
    """Return the Celery worker; ready when it waits for messages."""
    return _celery(
        environment,
        "worker",
        ["--concurrency=1", "--without-gossip", "--without-mingle"],
        is_ready=lambda: valkey.has_consumer(environment["REDIS_URL"]),
    )


def beat(environment: Mapping[str, str]) -> Service:
    """Return Celery's clock: a process of its own, since nobody restarts a part."""
    pid_file = "--pidfile="  # none: a stale one would keep it from starting
    return _celery(environment, "beat", [pid_file], is_ready=lambda: True)


def rebuilder(environment: Mapping[str, str]) -> Service:
    """Return who carries rebuilds out: alone of these it has the owner's URLs."""
    made = command(environment, "rebuilder")
    return Service(name="rebuilder", prepare=lambda: made, is_ready=lambda: True)


def webhooks(environment: Mapping[str, str]) -> Service:
    """Return who sends webhooks, and waits for slow receivers: nobody else does."""
    made = command(_web_role(environment), "webhooks")
    return Service(name="webhooks", prepare=lambda: made, is_ready=lambda: True)


def web(environment: Mapping[str, str], *, port: int) -> Service:
    """Return the web server; ready when it says so itself."""
    return Service(
        name="web",
        prepare=lambda: _granian(_web_role(environment), port),
        is_ready=lambda: is_up(port, "live") and is_up(port, "ready"),
        ready_within=60.0,
    )


def forget_metrics(var_dir: Path) -> None:
    """Count from nothing again: what an earlier start has counted is told no more."""
    shutil.rmtree(var_dir / METRICS, ignore_errors=True)


def is_up(port: int, what: str) -> bool:
    """Ask a health page."""
    url = f"http://{HOST}:{port}/healthz/{what}"
    try:
        with urllib.request.urlopen(url, timeout=4) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as refused:
        refused.close()
        return False
    except OSError:
        return False


def _granian(environment: Mapping[str, str], port: int) -> Command:
    flags = [f"--{name}={value}" for name, value in _options(environment, port).items()]
    flags += ["--no-ws", "--respawn-failed-workers", "config.asgi:application"]
    return Command(
        name="web",
        arguments=[sys.executable, "-m", "granian", *flags],
        environment=environment,
        folder=ROOT,
    )


def _options(environment: Mapping[str, str], port: int) -> dict[str, object]:
    listeners = int(environment.get("MAX_LISTENERS", "2000"))
    header_seconds = float(environment.get("HEADER_SECONDS", "20"))
    return {
        "interface": "asgi",
        # Not whatever happens to be installed: another loop closes files that are not
        # its own any more.
        "loop": "uvloop",
        "host": HOST,
        "port": port,
        "workers": environment.get("WEB_PROCESSES", "2"),
        "backpressure": listeners + OTHER_CONNECTIONS,
        "http": "1",  # a proxy speaks HTTP/2 to callers, in its own bounds
        "http1-header-read-timeout": int(1000 * header_seconds),
        "http1-buffer-size": 65_536,  # bytes that wait to be read, headers included
        "respawn-interval": 0.5,
        "workers-kill-timeout": 2,
        "log-level": "warning",
        "log-config": ROOT / "config/serving/granian.json",
    }


def _celery(
    environment: Mapping[str, str], name: str, options: list[str], **how: object
) -> Service:
    arguments = [sys.executable, "-m", "celery", "--quiet", "--app=config.celery"]
    arguments += [name, *options]
    made = Command(
        name=name,
        arguments=arguments,
        environment={**_web_role(environment), "PYTHONWARNINGS": _AS_ROOT},
        folder=ROOT,
    )
    return Service(name=name, prepare=lambda: made, **how)  # type: ignore[arg-type]


def _web_role(environment: Mapping[str, str]) -> dict[str, str]:
    """Leave the owner's URLs out: these processes have no business with them."""
    metrics = Path(environment["VAR_DIR"]) / METRICS
    metrics.mkdir(exist_ok=True)
    known = {k: v for k, v in environment.items() if k not in OWNER_URLS}
    return {**known, "PROMETHEUS_MULTIPROC_DIR": str(metrics)}
