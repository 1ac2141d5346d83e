"""Sessions: a new key at signing in, two ends, and none after signing out."""

from datetime import timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from config.access.sessions import SessionStore
from tests.pages.visiting import HTMX, signed_in
from tests.people import PASSWORD, Caller, somebody
from tests.waiting import eventually

COOKIE = "sessionid"


def a_person() -> Caller:
    return somebody("order desk", password=PASSWORD)


def enter(client: Client, caller: Caller) -> None:
    typed = {"username": caller.user.username, "password": PASSWORD}
    assert client.post("/sign-in", typed).status_code == 302


def with_key(key: str) -> Client:
    client = Client()
    client.cookies[COOKIE] = key
    return client


def is_in(client: Client) -> bool:
    status: int = client.get("/orders").status_code
    assert status in {200, 302}
    return status == 200


def row_of(client: Client) -> Any:
    return Session.objects.filter(session_key=client.cookies[COOKIE].value)


def is_over(client: Client) -> bool:
    return not row_of(client).filter(expire_date__gt=timezone.now()).exists()


def test_a_key_that_somebody_else_has_chosen_is_not_signed_in() -> None:
    planted = SessionStore()
    planted["draft"] = "planted"
    planted.create()
    victim = with_key(planted.session_key)

    enter(victim, a_person())

    assert is_in(victim)
    assert victim.cookies[COOKIE].value != planted.session_key
    assert not is_in(with_key(planted.session_key))


def test_to_sign_in_again_begins_a_new_session_and_ends_the_old_one() -> None:
    caller, client = a_person(), Client()
    enter(client, caller)
    first = client.cookies[COOKIE].value

    enter(client, caller)

    assert client.cookies[COOKIE].value != first
    assert not is_in(with_key(first))


def test_to_sign_out_ends_the_session_on_the_server() -> None:
    client = signed_in(a_person())
    key = client.cookies[COOKIE].value

    client.post("/sign-out")

    assert not is_in(with_key(key))
    assert not Session.objects.filter(session_key=key).exists()


def test_a_session_that_nobody_uses_ends(settings: Any) -> None:
    settings.SESSION_IDLE_SECONDS = 1
    client = signed_in(a_person())
    assert is_in(client)

    eventually(lambda: is_over(client))

    assert not is_in(client)


def test_a_session_that_is_used_goes_on(settings: Any) -> None:
    settings.SESSION_IDLE_SECONDS = 2
    client = signed_in(a_person())
    first_end = row_of(client).get().expire_date

    def went_on() -> bool:
        assert is_in(client)
        return timezone.now() > first_end + timedelta(seconds=0.5)

    eventually(went_on, every=0.1)


def test_a_session_ends_however_much_it_is_used(settings: Any) -> None:
    settings.SESSION_ABSOLUTE_SECONDS = 2
    client = signed_in(a_person())

    eventually(lambda: not is_in(client))


def test_the_two_ends_do_not_move_by_what_the_browser_keeps() -> None:
    client = signed_in(a_person())
    key = client.cookies[COOKIE].value
    row_of(client).update(expire_date=timezone.now())

    assert not is_in(with_key(key))


def test_a_session_of_unknown_age_is_none() -> None:
    client = signed_in(a_person())
    row = row_of(client).get()
    data = SessionStore().decode(row.session_data)
    del data["began_at"]
    row.session_data = SessionStore().encode(data)
    row.save()

    assert not is_in(client)


def test_the_row_is_written_once_a_minute_and_not_for_each_request() -> None:
    client = signed_in(a_person())
    before = row_of(client).get().expire_date

    for _ in range(3):
        client.get("/account")
    assert row_of(client).get().expire_date == before
    row_of(client).update(expire_date=before - timedelta(seconds=61))
    client.get("/account")

    assert row_of(client).get().expire_date >= before


def test_a_page_that_is_left_open_keeps_no_session_going() -> None:
    client = signed_in(a_person())
    soon = timezone.now() + timedelta(seconds=100)
    row_of(client).update(expire_date=soon)

    client.get("/", headers=HTMX)
    client.get("/api/query/orders?limit=1")
    assert row_of(client).get().expire_date == soon
    client.get("/")

    assert row_of(client).get().expire_date > soon
