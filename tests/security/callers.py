"""Everybody who calls: by token, by session, or as nobody at all."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.test import Client
from django.utils import timezone

from config.access.models import METRICS, READ, WRITE, ApiToken, User
from tests.pages.visiting import signed_in
from tests.people import (
    Caller,
    administrator,
    analyst,
    desk_clerk,
    limited_to,
    linked_to,
    somebody,
)
from tests.security.table import Row, is_refusal

GOOD, WRONG, MISSING = "s" * 32, "w" * 32, ""  # CSRF tokens; the cookie has the first
# Shared: each would load the middleware anew, and that looks at every static file.
_handler = Client(enforce_csrf_checks=True).handler
PAST = timezone.now() - timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Sender:
    """
    What a caller sends to be known, and the column of the table that is theirs.

    `within` is a second column: what is refused there is refused to them as well.
    """

    name: str
    column: str
    within: str = ""
    user: User | None = None
    token: str = ""
    has_session: bool = False
    csrf: str = GOOD

    def expected(self, row: Row) -> str:
        if self.csrf != GOOD and not row.is_safe:
            return "403"
        if self.within and is_refusal(row.cells[self.within]):
            return row.cells[self.within]
        return row.cells[self.column]

    def client(self) -> Client:
        client = Client(raise_request_exception=False)
        client.handler = _handler
        if self.has_session:
            client.cookies[settings.SESSION_COOKIE_NAME] = _session_of(self.user)
        client.cookies[settings.CSRF_COOKIE_NAME] = GOOD
        return client

    @property
    def headers(self) -> dict[str, str]:
        sent = {"X-CSRFToken": self.csrf} if self.csrf else {}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        return sent


@dataclass(frozen=True, kw_only=True)
class People:
    """Those who call, and two customers: what is asked for is the first one's."""

    own: UUID
    other: UUID
    customer: Caller
    another: Caller
    plain: Caller
    clerk: Caller
    analyst: Caller
    boss: Caller
    staff: Caller


def people(own: UUID, other: UUID) -> People:
    return People(
        own=own,
        other=other,
        customer=linked_to(own),
        another=linked_to(other),
        plain=somebody(),
        clerk=desk_clerk(),
        analyst=analyst(),
        boss=administrator(),
        staff=somebody(staff=True),
    )


def of_the_api(who: People) -> list[Sender]:
    """Return who calls operations: each role and scope, and what has ended."""
    return [
        Sender(name="nobody", column="nobody"),
        _by_token("customer A", "A", who.customer),
        _by_token("customer B", "B", who.another),
        _by_token("no role", "no role", who.plain),
        _by_token("the desk", "desk", who.clerk),
        _by_token("an analyst", "analyst", who.analyst),
        _by_token("an administrator", "admin", who.boss),
        _by_token("the desk for A", "for A", limited_to(who.own, who.clerk)),
        _by_token("the desk for B", "for B", limited_to(who.other, who.clerk)),
        _by_token("the desk to read", "read", _scoped(who.clerk, READ)),
        _by_token("the desk to write", "write", _scoped(who.clerk, WRITE)),
        _by_token("the desk's metrics", "metrics", _scoped(who.clerk, METRICS)),
        *_limited_otherwise(who),
        *_ended(),
        _by_session("the desk's session", "desk", who.clerk),
        _by_session("a session, wrong CSRF token", "desk", who.clerk, csrf=WRONG),
        _by_session("a session, no CSRF token", "desk", who.clerk, csrf=MISSING),
    ]


def of_the_pages(who: People) -> list[Sender]:
    """Return who uses pages: sessions, and a token, which is nothing there."""
    return [
        *_with_sessions(who),
        _by_session("a session, wrong CSRF token", "desk", who.clerk, csrf=WRONG),
        _by_session("a session, no CSRF token", "admin", who.boss, csrf=MISSING),
        _by_token("an administrator's token", "nobody", who.boss),
    ]


def of_the_admin(who: People) -> list[Sender]:
    known = [one for one in _with_sessions(who) if one.column != "B"]
    return [*known, _by_session("staff", "staff", who.staff)]


def _with_sessions(who: People) -> list[Sender]:
    return [
        Sender(name="nobody", column="nobody"),
        _by_session("customer A", "A", who.customer),
        _by_session("customer B", "B", who.another),
        _by_session("no role", "no role", who.plain),
        _by_session("the desk", "desk", who.clerk),
        _by_session("an analyst", "analyst", who.analyst),
        _by_session("an administrator", "admin", who.boss),
    ]


def _limited_otherwise(who: People) -> list[Sender]:
    """Return those whose limit leaves what their user may in any case, or nothing."""
    return [
        _by_token("an administrator for A", "for A", limited_to(who.own, who.boss)),
        _by_token("customer A for A", "A", limited_to(who.own, who.customer)),
        _by_token("customer B for A", "no role", limited_to(who.own, who.another)),
        _by_token(
            "an analyst for A",
            "for A",
            limited_to(who.own, who.analyst),
            within="analyst",
        ),
    ]


def _ended() -> list[Sender]:
    expired, revoked, disabled = (administrator() for _ in range(3))
    ApiToken.objects.filter(user=expired.user).update(expires_at=PAST)
    ApiToken.objects.filter(user=revoked.user).update(revoked_at=PAST)
    User.objects.filter(pk=disabled.user.pk).update(is_active=False)
    return [
        _by_token("an expired token", "nobody", expired),
        _by_token("a revoked token", "nobody", revoked),
        _by_token("a disabled user's token", "nobody", disabled),
        Sender(name="no token at all", column="nobody", token="n0-such-t0ken"),
    ]


def _scoped(caller: Caller, *scopes: str) -> Caller:
    return limited_to(None, caller, scopes=scopes)


def _by_token(name: str, column: str, caller: Caller, *, within: str = "") -> Sender:
    return Sender(
        name=name,
        column=column,
        within=within,
        user=caller.user,
        token=caller.token,
    )


def _by_session(name: str, column: str, caller: Caller, *, csrf: str = GOOD) -> Sender:
    return Sender(
        name=name, column=column, user=caller.user, has_session=True, csrf=csrf
    )


_sessions: dict[UUID, str] = {}


def forget_sessions() -> None:
    """Sign everybody in anew: somebody has signed out."""
    _sessions.clear()


def _session_of(user: Any) -> str:
    """Return the cookie of somebody who has signed in; once is enough."""
    if user.pk not in _sessions:
        cookies = signed_in(Caller(user, "")).cookies
        _sessions[user.pk] = cookies[settings.SESSION_COOKIE_NAME].value
    return _sessions[user.pk]
