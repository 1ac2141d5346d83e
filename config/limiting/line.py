"""A thread's own connection to Valkey, which asks now and listens later.

A client's `evalsha` waits for its answer; here a thread does its work meanwhile.
"""

import select
import socket
import ssl
import time
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

CONNECT_SECONDS = 0.1
ANSWER_SECONDS = 0.05
_LONGEST = 4096  # bytes of an answer, which is a number or an error


class NoAnswer(Exception):
    """Valkey is away, silent, or says something else than a number."""


class NoScript(NoAnswer):
    """Valkey does not know the script."""


class HungUp(NoAnswer):
    """The connection has ended: Valkey was restarted, or drops who is idle."""


class Line:
    """
    Carries one question at a time.

    :raises NoAnswer: when it is made or listened to, and then it is of no use any more
    """

    def __init__(self, pool: redis.ConnectionPool) -> None:
        # The client's own does what a URL may ask for: TLS, a password, a database.
        # Made past the pool, which counts what it has made and not what has ended.
        connection: Any = pool.connection_class(**pool.connection_kwargs)
        try:
            connection.connect()
        except (redis.RedisError, OSError) as error:
            raise NoAnswer(f"no connection ({type(error).__name__})") from error
        self._connection = connection
        self._socket: socket.socket = connection._sock  # noqa: SLF001
        self._socket.settimeout(0)  # what is not there is waited for by poll
        self.is_waiting = self._is_cut = False

    def send(self, command: bytes) -> None:
        """Ask; the answer is there when somebody comes for it."""
        self.is_waiting = True
        try:
            self._is_cut = self._socket.send(command) != len(command)
        except OSError:
            self._is_cut = True

    def receive(self) -> int:
        """Return the number that is answered, and wait a moment for it if need be."""
        answer = self._piece()
        while not answer.endswith(b"\r\n") and len(answer) < _LONGEST:
            answer += self._piece()
        self.is_waiting = False
        if answer[:1] == b":":
            return int(answer[1:])
        if answer.startswith(b"-NOSCRIPT"):
            raise NoScript
        raise NoAnswer(answer[1:80].decode("latin-1").strip())

    def close(self) -> None:
        self._connection.disconnect()

    def _piece(self) -> bytes:
        try:
            piece = b"" if self._is_cut else self._read()
        except OSError:
            piece = b""
        if not piece:
            raise HungUp("hung up")
        return piece

    def _read(self) -> bytes:
        until = time.monotonic() + ANSWER_SECONDS
        while True:
            try:
                return self._socket.recv(_LONGEST)
            except (BlockingIOError, ssl.SSLWantReadError):
                self._wait(until - time.monotonic())

    def _wait(self, seconds: float) -> None:
        look = select.poll()
        look.register(self._socket, select.POLLIN)
        if not look.poll(max(0.0, seconds) * 1000):
            raise NoAnswer(f"silent for {ANSWER_SECONDS:g} s")


def pool_of(url: str) -> redis.ConnectionPool:
    """Return how to connect to what a URL of the settings names."""
    return redis.ConnectionPool.from_url(
        url,
        protocol=2,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 0),
    )
