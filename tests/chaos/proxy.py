"""A TCP proxy that lets a connection be slow, silent, half-open or refused."""

import socket
import threading
import time
from contextlib import suppress

PASS, DELAY, SILENT, REFUSE = "pass", "delay", "silent", "refuse"
DELAY_SECONDS = 0.05  # of each piece that passes
WAKE_SECONDS = 0.05


class Proxy:
    """
    Passes bytes on between a port of its own and a target, as its `mode` says.

    Silent is half-open: both ends stay connected, and nothing passes any more.
    """

    def __init__(self, port: int, target: tuple[str, int]) -> None:
        self.port = port
        self.mode = PASS
        self._target = target
        self._sockets: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self._is_over = False
        threading.Thread(target=self._accept, daemon=True).start()

    def refuse(self) -> None:
        """Drop every connection, and take no new one."""
        self.mode = REFUSE
        self._drop()

    def heal(self) -> None:
        """Pass everything on again; what was silent is dropped."""
        was_silent = self.mode == SILENT
        self.mode = PASS
        if was_silent:
            self._drop()

    def close(self) -> None:
        self._is_over = True
        self._listener.close()
        self._drop()

    def _accept(self) -> None:
        while not self._is_over:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.mode == REFUSE:
                client.close()
                continue
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._target, timeout=2)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        self._sockets |= {client, server}
        for one, other in ((client, server), (server, client)):
            threading.Thread(
                target=self._pass_on, args=(one, other), daemon=True
            ).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                while self.mode == SILENT:
                    time.sleep(WAKE_SECONDS)
                if self.mode == DELAY:
                    time.sleep(DELAY_SECONDS)
                target.sendall(data)
        for end in (source, target):
            self._sockets.discard(end)
            _close(end)

    def _drop(self) -> None:
        for end in list(self._sockets):
            self._sockets.discard(end)
            _close(end)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
