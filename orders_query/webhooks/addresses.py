"""Which addresses a webhook may be sent to: only those of the public internet."""

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable

LOOK_UP_SECONDS = 3.0  # where somebody waits for it
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
LookUp = Callable[[str, int], list[str]]

# The registries of special addresses (IANA), whatever this Python knows of them; with
# relays, documentation, and the address at which one cloud keeps its machines' secrets.
_REFUSED_4 = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16
172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24
192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3
""".split()
# Of the rest only 2000::/3 is anybody's. Ways through to IPv4 lead nowhere, too.
_GLOBAL_6 = ipaddress.ip_network("2000::/3")
_REFUSED_6 = "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20".split()
_REFUSED = [ipaddress.ip_network(network) for network in _REFUSED_4 + _REFUSED_6]


class Refused(Exception):
    """A host that webhooks are not sent to; says why in constant words."""


class Unknown(Exception):
    """A name without an address, at this moment."""


def is_public(text: str) -> bool:
    """Tell whether an address is one that anybody on the internet could have."""
    address: Address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return False
        address = address.ipv4_mapped or address
    if address.version == 6 and address not in _GLOBAL_6:
        return False
    return address.is_global and not any(address in network for network in _REFUSED)


def look_up(host: str, port: int) -> list[str]:
    """Ask the system for a host's addresses, the ones to be preferred first."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def addresses_of(
    host: str,
    port: int,
    *,
    seconds: float = LOOK_UP_SECONDS,
    may_be_private: bool = False,
    look_up: LookUp = look_up,
) -> list[str]:
    """
    Return a host's addresses, all of them checked. Connect to these and ask no more.

    :raises Refused: if any of them is not public, unless it `may_be_private`
    :raises Unknown: if there is none within so many seconds
    """
    found = _within(seconds, host, port, look_up)
    if not found:
        raise Unknown("no such name")
    if not may_be_private and not all(map(is_public, found)):
        raise Refused("private address")
    return found


def _within(seconds: float, host: str, port: int, look_up: LookUp) -> list[str]:
    """The system's own patience with name servers is nothing to wait for."""
    answer: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(look_up(host, port))
        except (OSError, UnicodeError):
            answer.put([])

    threading.Thread(target=ask, name="look up", daemon=True).start()
    try:
        return answer.get(timeout=max(0.0, seconds))
    except queue.Empty:
        raise Unknown("no such name") from None
