"""How often a password may be guessed: counted before it is looked at, by the database.

To sign in needs that database anyway, so nobody guesses faster while Valkey is away.
"""

import math
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from config.access import devices
from config.access.addresses import address_of, network_of
from config.limiting.budgets import SECOND, Budget


class Guessing:
    """
    The authentication backend that counts a try, and refuses it after too many.

    From a device that the account knows only that device's tries count: whoever guesses
    elsewhere keeps nobody out who has signed in here before.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, **_: Any
    ) -> None:
        if request is None or username is None:
            return
        asked: Any = request
        asked.tries = _tries(request, username)
        for one in asked.tries:
            wait = one.spend()
            if wait:
                asked.axes_locked_out = True  # its middleware answers then
                asked.retry_after = wait
                raise PermissionDenied


def is_known_device(request: HttpRequest, credentials: dict[str, Any] | None) -> bool:
    """Tell django-axes, which locks a name at an address, to let such a device try."""
    username = (credentials or {}).get("username") or ""
    return bool(devices.known(request, username))


def forgive(request: HttpRequest) -> None:
    """Take the tries of this request back: the password was right."""
    for one in getattr(request, "tries", ()):
        one.give_back()


def forget() -> None:
    """Delete what counts no more."""
    with connection.cursor() as cursor:
        cursor.execute("delete from access_signintries where full_at < now()")


@dataclass(frozen=True)
class _Tries:
    """The tries of one kind by somebody: a token bucket in a row."""

    budget: Budget
    digest: bytes

    def spend(self) -> int:
        """Take one; return 0, or the seconds in which there is none."""
        with connection.cursor() as cursor:
            cursor.execute(_SPEND, self._parameters())
            if cursor.fetchone():
                return 0
            cursor.execute(_WAIT, self._parameters())
            (seconds,) = cursor.fetchone() or (0,)
        return max(1, math.ceil(seconds))

    def give_back(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_GIVE_BACK, self._parameters())

    def _parameters(self) -> dict[str, Any]:
        cost, whole = self.budget.cost / SECOND, self.budget.whole / SECOND
        return {"digest": self.digest, "cost": cost, "whole": whole}


def _tries(request: HttpRequest, username: str) -> list[_Tries]:
    """Return what is spent, in order: an address that has no more costs no account."""
    device = devices.known(request, username)
    if device:
        seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
        budget = Budget("device", settings.AXES_FAILURE_LIMIT, seconds)
        return [_named(budget, f"{username}\0{device}")]
    spent: list[tuple[Budget | None, str]] = [
        (settings.SIGN_IN_ADDRESS_LIMIT, network_of(address_of(request))),
        (settings.SIGN_IN_ACCOUNT_LIMIT, username),
    ]
    return [_named(budget, whose) for budget, whose in spent if budget is not None]


def _named(budget: Budget, whose: str) -> _Tries:
    # Neither names nor addresses are kept.
    digest = salted_hmac(f"tries:{budget.name}", whose, algorithm="sha256").digest()
    return _Tries(budget, digest)


# The row is locked from being read to being written: tries at once are all counted.
_SPEND = """
insert into access_signintries as tries (digest, full_at)
values (%(digest)s, clock_timestamp() + make_interval(secs => %(cost)s))
on conflict (digest) do update set full_at =
  greatest(tries.full_at, clock_timestamp()) + make_interval(secs => %(cost)s)
where greatest(tries.full_at, clock_timestamp()) + make_interval(secs => %(cost)s)
  <= clock_timestamp() + make_interval(secs => %(whole)s)
returning 1
"""
_WAIT = """
select extract(epoch from full_at - clock_timestamp()) + %(cost)s - %(whole)s
from access_signintries where digest = %(digest)s
"""
_GIVE_BACK = """
update access_signintries
set full_at = full_at - make_interval(secs => %(cost)s) where digest = %(digest)s
"""
