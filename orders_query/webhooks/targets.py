"""Where a webhook goes: what a URL may say, in one reading for all who use it."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

MAX_URL = 500
_PLAIN = re.compile(r"[\x21-\x7e]+")
_HOST = re.compile(r"[0-9A-Za-z._-]+|[0-9A-Fa-f:.]+")  # a name, or an address
_PORTS = {"https": 443, "http": 80}


class BadUrl(ValueError):
    """A URL that no webhook is sent to; says why."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A receiver: the host as a name or an address, the path with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        is_usual = self.port == _PORTS[self.scheme]
        return host if is_usual else f"{host}:{self.port}"


def target_of(url: str, *, may_be_plain: bool = False) -> Target:
    """
    Read a URL; `may_be_plain` lets http pass.

    :raises BadUrl: if it is none, or one with a name, a password or a fragment in it
    """
    # What one reader strips or turns round, another might not.
    if len(url) > MAX_URL or not _PLAIN.fullmatch(url) or "\\" in url:
        raise BadUrl(f"A URL has up to {MAX_URL} printable ASCII characters.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadUrl("This is not a URL.") from None
    if parts.scheme not in (_PORTS if may_be_plain else {"https"}):
        raise BadUrl("The URL has to begin with https://.")
    if "@" in parts.netloc:
        raise BadUrl("The URL must not hold a user name or a password.")
    if parts.fragment or url.endswith("#"):
        raise BadUrl("The URL must not have a fragment: it would not be sent.")
    host = parts.hostname or ""
    if not _HOST.fullmatch(host):
        raise BadUrl("The URL has to name a host, in ASCII (punycode).")
    if port == 0:
        raise BadUrl("Nobody listens at port 0.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(
        scheme=parts.scheme,
        host=host,
        port=port or _PORTS[parts.scheme],
        path=path,
    )
