"""All that `manage.py up` does, in order."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.local import application, first_use, postgres, processes
from config.local.addresses import URLS, secret_key_file, services_file
from config.local.console import Console
from config.local.embedded import Embedded, embedded
from config.local.errors import CannotStart
from config.local.files import kept_text, make_folder
from config.local.ports import HOST, is_free
from config.local.supervisor import Stopped, Supervisor


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the caller asked for."""

    var_dir: Path
    port: int
    with_demo: bool
    replicas: int
    unset: frozenset[str]  # of the URLs and SECRET_KEY

    @property
    def is_embedded(self) -> bool:
        """Say whether servers of our own shall run; some of the four is an error."""
        missing = [name for name in URLS if name in self.unset]
        if missing and len(missing) < len(URLS):
            raise CannotStart(
                f"{', '.join(missing)} missing: set all of {', '.join(URLS)} "
                "to use servers of your own, or none to have them started"
            )
        return bool(missing)


def up(wish: Wish, console: Console) -> None:
    """Start everything, keep it running, and end it when asked."""
    began = time.monotonic()
    is_embedded = wish.is_embedded
    make_folder(wish.var_dir)
    with _alone(wish.var_dir):
        if left := processes.end_leftovers(wish.var_dir):
            console.say("up", f"ended what a killed run had left: {', '.join(left)}")
        if not is_free(wish.port):
            raise CannotStart(
                f"port {wish.port} is taken: end what listens there, "
                f"or choose another, as in PORT={wish.port + 1} make run"
            )
        supervisor = Supervisor(console)
        supervisor.end_on_signals()
        try:
            _start(wish, supervisor, console, is_embedded=is_embedded)
            console.say("up", f"ready after {time.monotonic() - began:.1f} s")
            supervisor.watch()
        except Stopped:
            console.say("up", "ending")
        finally:
            supervisor.end()
            services_file(wish.var_dir).unlink(missing_ok=True)
            console.say("up", "all ended")


def _start(
    wish: Wish, supervisor: Supervisor, console: Console, *, is_embedded: bool
) -> None:
    if is_embedded:
        servers = _servers(wish, supervisor)
        environment = application.environment(wish.var_dir, servers.environment())
    else:
        environment = application.environment(wish.var_dir, _given_secret(wish))
    _prepare(wish, supervisor, environment)
    if is_embedded:
        _first_use(wish, supervisor, environment)
    application.forget_metrics(wish.var_dir)
    supervisor.start(
        application.worker(environment),
        application.beat(environment),
        application.rebuilder(environment),
        application.webhooks(environment),
        application.web(environment, port=wish.port),
    )
    _greet(wish, console, is_embedded=is_embedded)


def _servers(wish: Wish, supervisor: Supervisor) -> Embedded:
    given = None if "SECRET_KEY" in wish.unset else os.environ["SECRET_KEY"]
    servers = embedded(wish.var_dir, secret_key=given, replicas=wish.replicas)
    supervisor.start(*servers.first_stage())
    postgres.bootstrap(servers.primary)
    supervisor.start(*servers.second_stage())
    servers.announce()
    return servers


def _given_secret(wish: Wish) -> dict[str, str]:
    """Servers of one's own may come without a secret; placeholders must not stay."""
    if "SECRET_KEY" not in wish.unset:
        return {}
    return {"SECRET_KEY": kept_text(secret_key_file(wish.var_dir))}


def _prepare(wish: Wish, supervisor: Supervisor, environment: dict[str, str]) -> None:
    # Mails that are only written down hold links to new passwords.
    (wish.var_dir / "mail").mkdir(mode=0o700, exist_ok=True)
    jobs = [application.migrate(environment, name) for name in ("default", "query")]
    root, mark = wish.var_dir / "static", wish.var_dir / "static.state"
    state = first_use.static_state(root)
    is_current = mark.exists() and mark.read_text() == state
    if not is_current:
        jobs.append(
            application.command(
                environment, "collectstatic", "--noinput", "--skip-checks"
            )
        )
    supervisor.run(*jobs)
    if not is_current:
        mark.write_text(state)
    supervisor.run(application.command(environment, "grant"))


def _first_use(wish: Wish, supervisor: Supervisor, environment: dict[str, str]) -> None:
    access = wish.var_dir / "demo-access.json"
    known = first_use.known_access(access)
    if known is None:
        printed = processes.run(application.command(environment, "demo_access"))
        first_use.store_access(printed, port=wish.port, path=access)
    else:
        first_use.write_access(known, port=wish.port, path=access)
    done = wish.var_dir / "demo-done"
    if wish.with_demo and not done.exists():
        supervisor.run_in_front(application.command(environment, "demo"))
        done.touch()


def _greet(wish: Wish, console: Console, *, is_embedded: bool) -> None:
    console.say("up", f"open http://{HOST}:{wish.port}")
    access = first_use.known_access(wish.var_dir / "demo-access.json")
    if is_embedded and access:
        console.say(
            "up",
            f"sign in as {access['username']} with {access['password']} "
            f"(a token for programs is in {wish.var_dir / 'demo-access.json'})",
        )
    console.say("up", "Ctrl-C ends all of it")


@contextmanager
def _alone(var_dir: Path) -> Iterator[None]:
    """Hold the checkout's lock; the kernel lets go of it however this ends."""
    with (var_dir / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise CannotStart(
                f"this checkout is running already (process {file.read().strip()}): "
                "end that first, or set VAR_DIR for a second set of data"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
