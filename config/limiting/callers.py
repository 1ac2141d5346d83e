"""Who calls: a user, by whichever token or session, or else an address."""

from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b

from django.conf import settings
from django.http import HttpRequest

from config import problems
from config.access.addresses import address_of, network_of
from config.access.authentication import bearer_of, brings_bearer


@dataclass(frozen=True)
class Caller:
    """Somebody, under a name that tells nobody who it is."""

    key: bytes
    is_stranger: bool


def caller_of(request: HttpRequest) -> Caller:
    """
    Return who calls; a token that is no good is a stranger's.

    :raises django.db.Error: if the database that knows is away
    """
    user_id = _user_id(request)
    if user_id is not None:
        return _named(b"user:", user_id, is_stranger=False)
    network = network_of(address_of(request))
    return _named(b"address:", network.encode(), is_stranger=True)


def _user_id(request: HttpRequest) -> bytes | None:
    if problems.is_api(request) and brings_bearer(request):
        token = bearer_of(request)
        return None if token is None else token.user_id.bytes
    user = request.user
    return user.pk.bytes if user.is_authenticated else None


@lru_cache(10_000)
def _named(kind: bytes, name: bytes, *, is_stranger: bool) -> Caller:
    digest = blake2b(kind + name, key=_secret(), digest_size=16)
    return Caller(digest.hexdigest().encode(), is_stranger)


@cache
def _secret() -> bytes:
    return blake2b(settings.SECRET_KEY.encode(), person=b"callers").digest()
