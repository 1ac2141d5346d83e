"""A whole system of its own: every database, key, log and file can be searched."""

import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from config.local import application, postgres, processes
from config.local.console import Console
from config.local.embedded import embedded
from config.local.ports import HOST, free_ports
from config.local.postgres import Server
from config.local.supervisor import Supervisor
from tests.failover.cluster import Cluster
from tests.security.marks import Marks
from tests.services import without_services
from tests.waiting import eventually

Found = dict[str, set[str]]  # by place


@dataclass(kw_only=True)
class House(Cluster):
    """The cluster of other tests with one replica, and processes that can be ended."""

    console: Console
    apps: Supervisor
    marks: Marks

    def manage(self, *arguments: str) -> str:
        """Run one of manage.py's commands; its words are a log like any other."""
        command = application.command(self.environment, *arguments)
        printed = processes.run(command)
        with (self.home / "commands.log").open("a") as log:
            log.write(printed)
        return printed

    @property
    def home(self) -> Path:
        return self.servers.var_dir

    def shell(self, script: str) -> str:
        return self.manage("shell", "--no-imports", "--command", script).strip()

    def start_apps(self) -> None:
        self.apps = Supervisor(self.console)
        self.apps.start(*self.processes(), application.rebuilder(self.environment))

    def manage_refused(self, *arguments: str) -> None:
        """Run a command that ends with status 1, since something was refused."""
        try:
            self.manage(*arguments)
        except RuntimeError as refused:
            with (self.home / "commands.log").open("a") as log:
                log.write(str(refused))
        else:
            raise AssertionError(f"{arguments[0]} refused nothing")

    def project(self, position: int) -> None:
        """Wait until the read side and its replica have come that far."""
        eventually(lambda: min(map(self._stand, self._readers())) >= position, 20)

    def _readers(self) -> list[Server]:
        return [self.servers.primary, *self.servers.replicas]

    def _stand(self, server: Server) -> int:
        with server.connect("query") as connection:
            row = connection.execute(STANDS).fetchone()
        return int(row[0]) if row else 0

    def stranger(self) -> urllib.request.OpenerDirector:
        return urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def page(self, browser: urllib.request.OpenerDirector, path: str) -> str:
        with browser.open(f"http://{HOST}:{self.port}{path}", timeout=10) as answer:
            return str(answer.read().decode())

    def browser(self, username: str, password: str) -> urllib.request.OpenerDirector:
        """Try to sign in, and return the browser whether it was let in or not."""
        browser = self.stranger()
        self.submit(browser, "/sign-in", username=username, password=password)
        return browser

    def submit(
        self, browser: urllib.request.OpenerDirector, path: str, **form: str
    ) -> str:
        """Fill in the form of a page, and return what came back."""
        url = f"http://{HOST}:{self.port}{path}"
        with browser.open(url, timeout=10) as answer:
            page = answer.read().decode()
        (secret,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[:1]
        data = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": secret})
        try:
            with browser.open(url, data.encode(), timeout=10) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.read().decode()

    def search(self) -> Found:
        """Return which marks are where; places without any are left out."""
        found: Found = {}
        for place, content in self._contents():
            if marks := self.marks.found_in(content):
                found.setdefault(place, set()).update(marks)
        return found

    def dump(self, server: Server, database: str, *options: str) -> bytes:
        return _tool("pg_dump", server, "--dbname", database, *options)

    def backup(self, folder: Path) -> None:
        for database in postgres.DATABASES:
            custom = self.dump(self.servers.primary, database, "--format=custom")
            (folder / database).write_bytes(custom)

    def restore(self, folder: Path) -> None:
        """Put both databases back to the backup, with nobody at work on them."""
        primary = self.servers.primary
        with primary.connect() as connection:
            for database in postgres.DATABASES:
                connection.execute(f"drop database {database} with (force)".encode())
        postgres.bootstrap(primary)
        for database in postgres.DATABASES:
            _tool("pg_restore", primary, "--dbname", database, str(folder / database))
        self.manage("grant")

    def forget_in_valkey(self) -> None:
        """Let the broker write its file anew, with what it holds now."""
        with redis.Redis.from_url(self.servers.redis_url) as client:
            client.bgrewriteaof()
            eventually(
                lambda: not client.info("persistence")["aof_rewrite_in_progress"]
            )

    def _contents(self) -> Iterator[tuple[str, bytes]]:
        for server in (self.servers.primary, *self.servers.replicas):
            for database in postgres.DATABASES:
                yield f"{database} on {server.name}", self.dump(server, database)
        yield "valkey", self._keys()
        for file in self.home.rglob("*"):
            kind = file.relative_to(self.home).parts[0]
            if file.is_file() and kind != "postgres":  # its raw files, not its log
                where = "logs" if file.suffix == ".log" and kind != "mail" else kind
                yield where, file.read_bytes()

    def _keys(self) -> bytes:
        with redis.Redis.from_url(self.servers.redis_url) as client:
            keys = list(client.scan_iter("*"))
            return b"\n".join([*keys, *(_value(client, key) for key in keys)])


# Nobody brings an unfinished set on.
STANDS = """
select min(position) from orders_query_checkpoint where name not like '%:shadow'
"""
# Whoever is named in no line then is named in none ever.
SAYS_ALL = {"LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG", "LOG_REQUESTS": "1"}


@contextmanager
def house(home: Path) -> Iterator[House]:
    """Run one; nothing of it outlives the test."""
    home.chmod(0o711)  # PostgreSQL's user passes through
    servers = embedded(home, durable=False)
    with (home / "processes.log").open("w") as log:
        console = Console(log)
        made = House(
            servers=servers,
            supervisor=Supervisor(console),
            environment={
                **without_services(),
                **application.environment(home, servers.environment()),
                **SAYS_ALL,
            },
            port=free_ports(1)[0],
            console=console,
            apps=Supervisor(console),
            marks=Marks(),
        )
        try:
            made.supervisor.start(*servers.first_stage())
            postgres.bootstrap(servers.primary)
            made.supervisor.start(*servers.second_stage())
            made.prepare()
            made.start_apps()
            yield made
        except Exception as error:
            error.add_note((home / "processes.log").read_text()[-6000:])
            raise
        finally:
            made.apps.end()
            made.supervisor.end()


def _value(client: redis.Redis, key: bytes) -> bytes:
    match client.type(key):
        case b"string":
            value: Any = client.get(key)
        case b"list":
            value = client.lrange(key, 0, -1)
        case b"hash":
            value = client.hgetall(key)
        case b"set":
            value = client.smembers(key)
        case b"zset":
            value = client.zrange(key, 0, -1, withscores=True)
        case _:
            value = client.dump(key)
    return repr(value).encode()


def _tool(name: str, server: Server, *options: str) -> bytes:
    """Run one of PostgreSQL's programs as the superuser."""
    ran = subprocess.run(
        [
            str(postgres.binary(name)),
            *("--host", HOST, "--port", str(server.port)),
            *("--username", postgres.SUPERUSER, "--no-password"),
            *options,
        ],
        env={"PGPASSWORD": server.passwords[postgres.SUPERUSER], "LC_ALL": "C"},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()[-3000:]
    return ran.stdout
