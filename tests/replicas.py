"""What tests do to a replica: hold it back, let it lag, freeze it, kill it."""

import signal
from dataclasses import replace

import psutil

from config.local import replica
from config.local.embedded import Embedded, follower
from config.local.ports import free_ports
from config.local.postgres import Server
from config.local.supervisor import Supervisor
from tests.waiting import eventually


def another_replica(services: Embedded) -> Server:
    """Return a second replica's server; nothing is started yet."""
    first = services.replica
    return replace(
        first,
        name="replica_2",
        folder=first.folder.with_name("replica_2"),
        port=free_ports(1)[0],
        slot="replica_2",
    )


class Replica:
    """One replica, and the harm that can be done to it; `resume` mends it all."""

    def __init__(
        self,
        name: str,
        server: Server,
        primary: Server,
        supervisor: Supervisor | None = None,
    ) -> None:
        self.name = name
        self.server = server
        self._primary = primary
        self._supervisor = supervisor
        self._frozen: list[psutil.Process] = []
        self._is_killed = False

    def start(self) -> None:
        """Start it and wait until it follows."""
        assert self._supervisor is not None
        self._supervisor.start(follower(self.server, self._primary))

    def pause(self) -> None:
        """Let it show the past from now on."""
        self._do("SELECT pg_wal_replay_pause()")

    def lag(self, seconds: float) -> None:
        """Let it replay each commit so much later."""
        replica.delay(self.server, seconds)

    def freeze(self) -> None:
        """Stop every process of it, without ending one."""
        leader = self._leader()
        self._frozen = [leader, *leader.children(recursive=True)]
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)
        self._frozen = []

    def kill(self) -> None:
        """Kill -9 its leader; the rest of it follows."""
        assert self._supervisor is not None
        leader = self._leader()
        every = [leader, *leader.children(recursive=True)]
        leader.kill()
        psutil.wait_procs(every, 10)
        self._is_killed = True

    def resume(self) -> None:
        """Let it live and catch up, whatever was done to it."""
        self.thaw()
        if self._is_killed:
            self.start()
            self._is_killed = False
        self._do("SELECT pg_wal_replay_resume()")
        self.lag(0)
        eventually(lambda: replica.follows(self.server, self._primary))

    def _leader(self) -> psutil.Process:
        pid_file = self.server.folder / "postmaster.pid"
        return psutil.Process(int(pid_file.read_text().split()[0]))

    def _signal(self, number: signal.Signals) -> None:
        for process in self._frozen:
            process.send_signal(number)

    def _do(self, statement: str) -> None:
        with self.server.connect() as connection:
            connection.execute(statement.encode())
