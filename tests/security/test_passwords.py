"""A new password, whichever way it is set, ends the user's sessions and tokens."""

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from config.access.models import issue_token
from config.local.application import ROOT
from tests.pages.visiting import signed_in
from tests.people import PASSWORD, Caller, administrator, an_email, somebody
from tests.waiting import eventually

NEW = "another horse in the stable"
TWICE = {"new_password1": NEW, "new_password2": NEW}
AS_NONE = {"password1": "", "password2": "", "unset-password": "1"}


def oneself(caller: Caller) -> Client:
    client = signed_in(caller)
    page = client.post("/account/password", {"old_password": PASSWORD, **TWICE})
    assert page.status_code == 302, page.content
    return client


def by_the_admin(caller: Caller) -> None:
    path = f"/admin/access/user/{caller.user.pk}/password/"
    typed = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    answer = signed_in(administrator()).post(path, typed)
    assert answer.status_code == 302, answer.content


def by_mail(caller: Caller) -> None:
    client = Client(REMOTE_ADDR="203.0.113.9")
    client.post("/sign-in/forgotten", {"email": caller.user.email})
    [sent] = eventually(
        lambda: [one for one in mail.outbox if one.to == [caller.user.email]]
    )
    link = re.search(r"http://testserver(/\S+)", sent.body)
    assert link
    assert client.post(client.get(link[1])["Location"], TWICE).status_code == 302


def by_command(caller: Caller) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "changepassword", caller.user.username],
        cwd=ROOT,
        input=f"{NEW}\n{NEW}\n",
        start_new_session=True,  # without a terminal it reads what is given
        capture_output=True,
        check=True,
        text=True,
    )


WAYS = [oneself, by_the_admin, by_mail, by_command]


@pytest.fixture(autouse=True)
def soon(settings: Any) -> None:
    """Look tokens up more often than every 5 s, so that nobody waits so long here."""
    settings.TOKEN_CACHE_SECONDS = 0.3


def a_person() -> Caller:
    caller = somebody("order desk", password=PASSWORD)
    caller.user.email = an_email()
    caller.user.save()
    return caller


def is_good(caller: Caller) -> bool:
    return bool(caller.get("/api/me").status_code == 200)


@pytest.mark.parametrize("way", WAYS)
def test_a_new_password_ends_all_sessions_and_tokens(way: Callable[..., Any]) -> None:
    caller = a_person()
    session = signed_in(caller)
    assert (session.get("/orders").status_code, is_good(caller)) == (200, True)

    way(caller)

    assert session.get("/orders").status_code == 302
    eventually(lambda: not is_good(caller), 6)
    caller.user.refresh_from_db()
    assert caller.user.check_password(NEW)


def test_the_session_in_which_it_is_changed_goes_on_under_a_new_key() -> None:
    caller = a_person()
    client = signed_in(caller)
    before = client.cookies["sessionid"].value

    typed = {"old_password": PASSWORD, **TWICE}
    client.post("/account/password", typed)

    assert client.get("/orders").status_code == 200
    assert client.cookies["sessionid"].value != before
    assert "all your API tokens" in client.get("/account/password").content.decode()


def test_an_account_whose_password_the_admin_takes_away_loses_its_tokens() -> None:
    caller = a_person()
    path = f"/admin/access/user/{caller.user.pk}/password/"

    signed_in(administrator()).post(path, {"usable_password": "false", **AS_NONE})

    eventually(lambda: not is_good(caller), 6)


def test_tokens_of_others_and_those_made_afterwards_stay() -> None:
    caller, other = a_person(), a_person()

    by_the_admin(caller)
    made = Caller(caller.user, issue_token(caller.user).text)

    assert is_good(made)
    assert is_good(other)


def test_a_user_saved_without_a_new_password_keeps_its_tokens() -> None:
    caller = a_person()

    caller.user.first_name = "Ada"
    caller.user.save()

    caller.user.refresh_from_db()
    assert not caller.user.api_tokens.exclude(revoked_at=None).exists()
