"""Free ports, and whether one is taken."""

import random
import socket

HOST = "127.0.0.1"
# Below the range from which connections draw theirs: a client that retries a port
# of that range while its server restarts can end up connected to itself.
RANGE = range(15_000, 32_000)


def free_ports(count: int) -> list[int]:
    """Draw ports that nobody listens on now."""
    found: set[int] = set()
    while len(found) < count:
        port = random.SystemRandom().choice(RANGE)
        if is_free(port):
            found.add(port)
    return list(found)


def is_free(port: int) -> bool:
    """Say whether a server could listen there."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            return False
    return True
