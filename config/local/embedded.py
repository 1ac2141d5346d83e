"""The embedded servers together: primary, replicas and Valkey of one `var/`."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from config.local import postgres, replica, valkey
from config.local.account import must_reach, postgres_account
from config.local.addresses import passwords_file, secret_key_file, services_file
from config.local.files import kept_passwords, kept_text, make_folder, write_private
from config.local.ports import free_ports
from config.local.processes import Command, servers_in
from config.local.supervisor import Service

ROLES = (
    postgres.SUPERUSER,
    postgres.OWNER,
    postgres.REPLICATION,
    "orders_command",
    "orders_query",
    "orders_reader",
)
PASSWORDS = (*ROLES, "valkey")
FAST = {"fsync": "off", "full_page_writes": "off"}  # for data nobody will miss


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """Servers that belong together."""

    var_dir: Path
    primary: postgres.Server
    replicas: tuple[postgres.Server, ...]
    valkey_port: int
    valkey_password: str
    secret_key: str

    def environment(self) -> dict[str, str]:
        """Return what settings and processes need to reach them."""
        return {
            "DATABASE_URL": self.primary.url("orders_command", "command"),
            "QUERY_DATABASE_URL": self.primary.url("orders_query", "query"),
            "QUERY_REPLICA_URLS": ",".join(
                server.url("orders_reader", "query") for server in self.replicas
            ),
            "REDIS_URL": self.redis_url,
            "DATABASE_OWNER_URL": self.primary.url(postgres.OWNER, "command"),
            "QUERY_DATABASE_OWNER_URL": self.primary.url(postgres.OWNER, "query"),
            "SECRET_KEY": self.secret_key,
        }

    @property
    def replica(self) -> postgres.Server:
        return self.replicas[0]

    @property
    def redis_url(self) -> str:
        return valkey.url(port=self.valkey_port, password=self.valkey_password)

    def announce(self) -> None:
        """Leave the URLs where settings look for them."""
        text = json.dumps(self.environment(), indent=2)
        write_private(services_file(self.var_dir), text)

    def first_stage(self) -> list[Service]:
        """Return what needs nobody: the primary and Valkey."""
        return [
            Service(
                name="primary",
                prepare=_alone(self.primary, lambda: postgres.prepare(self.primary)),
                is_ready=self.primary.answers,
                end_within=6.0,
            ),
            Service(
                name="valkey",
                prepare=lambda: valkey.prepare(
                    self.var_dir / "valkey",
                    port=self.valkey_port,
                    password=self.valkey_password,
                ),
                is_ready=lambda: valkey.answers(self.redis_url),
            ),
        ]

    def second_stage(self) -> list[Service]:
        """Return what follows the primary, once it is bootstrapped."""
        return [follower(server, self.primary) for server in self.replicas]


def embedded(
    var_dir: Path,
    *,
    secret_key: str | None = None,
    durable: bool = True,
    replicas: int = 1,
) -> Embedded:
    """Choose ports and passwords; nothing is started yet."""
    account = postgres_account()
    var_dir.chmod(0o711 if account else 0o700)
    must_reach(account, folder=var_dir, binary=postgres.binary("postgres"))
    make_folder(var_dir / "postgres", owner=account)
    passwords = kept_passwords(passwords_file(var_dir), PASSWORDS)
    first, second, *others = free_ports(2 + replicas)

    def server(name: str, port: int, slot: str = "") -> postgres.Server:
        return postgres.Server(
            name=name,
            folder=var_dir / "postgres" / name,
            port=port,
            account=account,
            passwords=passwords,
            settings={} if durable else FAST,
            slot=slot,
        )

    return Embedded(
        var_dir=var_dir,
        primary=server("primary", first),
        replicas=tuple(
            server(_folder(place), port, slot=f"replica_{place}")
            for place, port in enumerate(others, 1)
        ),
        valkey_port=second,
        valkey_password=passwords["valkey"],
        secret_key=secret_key or kept_text(secret_key_file(var_dir)),
    )


def follower(server: postgres.Server, primary: postgres.Server) -> Service:
    """Return one replica, which is made anew if it cannot follow."""
    return Service(
        name=server.name,
        prepare=_alone(server, lambda: replica.prepare(server, primary)),
        is_ready=lambda: replica.follows(server, primary),
        is_broken=lambda: replica.slot_is_lost(server, primary),
        repair=lambda: replica.forget(server),
        end_within=6.0,
    )


def _folder(place: int) -> str:
    return "replica" if place == 1 else f"replica_{place}"


def _alone(
    server: postgres.Server, prepare: Callable[[], Command]
) -> Callable[[], Command]:
    """End what a dead server left working in its folder before it starts again."""

    def prepared() -> Command:
        left = servers_in(server.folder)
        for process in left:
            process.kill()
        psutil.wait_procs(left, 5)
        # Its number may belong to another process by now.
        (server.folder / "postmaster.pid").unlink(missing_ok=True)
        return prepare()

    return prepared
