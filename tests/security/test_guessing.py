"""Passwords are guessed slowly: by account, by address, by device; owners come in."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.utils import timezone

from config.access.models import SignInTries, User
from config.access.unnamed import digest_of
from config.limiting.budgets import Budget
from tests.pages.visiting import signed_in
from tests.people import PASSWORD, Caller, somebody

LONG = 3600
FORGOTTEN = "/sign-in/forgotten"


@pytest.fixture(autouse=True)
def limits(settings: Any) -> None:
    settings.SIGN_IN_ACCOUNT_LIMIT = Budget("account", 4, LONG)
    settings.SIGN_IN_ADDRESS_LIMIT = Budget("address", 5, LONG)


def an_owner() -> Caller:
    return somebody("order desk", password=PASSWORD)


def an_address() -> str:
    numbers = [secrets.randbelow(65_536) for _ in range(2)]
    return "2001:db8:{:x}:{:x}::1".format(*numbers)


def sign_in(client: Client, username: str, password: str) -> int:
    typed = {"username": username, "password": password}
    status: int = client.post("/sign-in", typed).status_code
    return status


def guess(username: str, address: str = "") -> int:
    client = Client(REMOTE_ADDR=address or an_address())
    return sign_in(client, username, "a guess")


def attacked(username: str) -> None:
    """Guess from one address after the other until nobody strange may try."""
    while guess(username) != 429:
        pass


def device_of(owner: Caller) -> Client:
    """Return the browser on which somebody has signed in, and out again."""
    client = Client(REMOTE_ADDR=an_address())
    assert sign_in(client, owner.user.username, PASSWORD) == 302
    client.post("/sign-out")
    return client


def test_an_account_is_guessed_at_so_often_from_all_addresses_together() -> None:
    owner = an_owner()

    statuses = [guess(owner.user.username) for _ in range(6)]

    assert statuses == [200] * 4 + [429] * 2


def test_guesses_that_race_are_all_counted() -> None:
    owner = an_owner()

    def raced(_: int) -> int:
        try:
            return guess(owner.user.username)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(raced, range(8)))

    assert sorted(statuses) == [200] * 4 + [429] * 4


def test_the_owner_signs_in_on_a_known_device_however_others_guess() -> None:
    owner = an_owner()
    device = device_of(owner)
    attacked(owner.user.username)

    assert sign_in(device, owner.user.username, PASSWORD) == 302
    stranger = Client(REMOTE_ADDR=an_address())
    assert sign_in(stranger, owner.user.username, PASSWORD) == 429


def test_a_neighbour_at_the_owners_address_locks_nobody_out_either() -> None:
    owner = an_owner()
    device = device_of(owner)
    address = device.defaults["REMOTE_ADDR"]
    statuses = [guess(owner.user.username, address) for _ in range(6)]

    assert statuses[-1] == 429
    assert sign_in(device, owner.user.username, PASSWORD) == 302


def test_an_attack_touches_no_session_and_no_token() -> None:
    owner = an_owner()
    session = signed_in(owner)

    attacked(owner.user.username)

    assert session.get("/orders").status_code == 200
    assert owner.get("/api/me").status_code == 200


def test_a_known_device_guesses_no_faster_than_anybody() -> None:
    owner = an_owner()
    device = device_of(owner)

    statuses = [sign_in(device, owner.user.username, "a guess") for _ in range(7)]

    assert statuses == [200] * 5 + [429] * 2


def cookie_of(device: Client) -> str:
    [name] = [name for name in device.cookies if name.startswith("device-")]
    return name


@pytest.mark.parametrize("made_up", ["made-up", "made-up:1abcde:signature", None])
def test_a_device_cannot_be_made_up(made_up: str | None) -> None:
    owner, other = an_owner(), device_of(an_owner())
    name = cookie_of(device_of(owner))
    attacked(owner.user.username)

    stranger = Client(REMOTE_ADDR=an_address())
    stranger.cookies[name] = made_up or other.cookies[cookie_of(other)].value

    assert sign_in(stranger, owner.user.username, PASSWORD) == 429


def test_one_address_guesses_at_so_many_accounts() -> None:
    address, names = an_address(), [secrets.token_hex(6) for _ in range(7)]

    statuses = [guess(name, address) for name in names]

    assert statuses == [200] * 5 + [429] * 2
    assert guess(names[-1]) == 200


def test_an_address_from_which_many_sign_in_is_not_refused() -> None:
    address, owner = an_address(), an_owner()

    statuses = [
        sign_in(Client(REMOTE_ADDR=address), owner.user.username, PASSWORD)
        for _ in range(7)
    ]

    assert set(statuses) == {302}


def test_the_answer_does_not_tell_whether_there_is_the_account() -> None:
    known, unknown = an_owner().user.username, f"nobody-{secrets.token_hex(6)}"

    def answers(username: str) -> list[Any]:
        told = []
        for _ in range(5):
            client = Client(REMOTE_ADDR=an_address())
            typed = {"username": username, "password": "a guess"}
            answer = client.post("/sign-in", typed)
            page = answer.content.decode().replace(username, "")
            alert = page.partition('role="alert"')[2].partition("</p>")[0]
            told.append((answer.status_code, alert))
        return told

    assert answers(known) == answers(unknown)


def test_who_is_refused_is_told_when_to_come_again() -> None:
    owner = an_owner()
    attacked(owner.user.username)

    typed = {"username": owner.user.username, "password": PASSWORD}
    refused = Client(REMOTE_ADDR=an_address()).post("/sign-in", typed)

    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= LONG / 4
    assert FORGOTTEN in refused.content.decode()


def test_neither_names_nor_addresses_are_kept_with_the_tries() -> None:
    owner, address = an_owner(), "198.51.100.77"
    guess(owner.user.username, address)

    kept = b" ".join(bytes(one.digest) for one in SignInTries.objects.all())

    assert owner.user.username.encode() not in kept
    assert address.encode() not in kept


def test_no_password_is_kept_and_names_only_for_a_while(
    caplog: pytest.LogCaptureFixture,
) -> None:
    owner = an_owner()
    guess(owner.user.username)
    device_of(owner)
    kept_as = digest_of(owner.user.username)
    [attempt] = AccessAttempt.objects.filter(username=kept_as)
    mine = AccessLog.objects.filter(username=kept_as)
    assert "a guess" not in f"{attempt.get_data} {attempt.post_data} {caplog.text}"
    assert owner.user.username not in caplog.text

    for kept, days in ((attempt, 1), (mine.get(), 31)):
        kept.attempt_time = timezone.now() - timedelta(days=days)
        kept.save()
    SignInTries.objects.update(full_at=timezone.now() - timedelta(days=1))
    call_command("forget_sign_ins")

    assert not AccessAttempt.objects.filter(pk=attempt.pk).exists()
    assert not mine.exists()
    assert not SignInTries.objects.exists()


def test_an_older_hash_becomes_argon2_at_signing_in() -> None:
    owner = an_owner()
    assert owner.user.password.startswith("argon2$argon2id$")
    old = make_password(PASSWORD, hasher="pbkdf2_sha256")
    User.objects.filter(pk=owner.user.pk).update(password=old)

    assert sign_in(Client(), owner.user.username, PASSWORD) == 302

    owner.user.refresh_from_db()
    assert owner.user.password.startswith("argon2$argon2id$")
    assert owner.get("/api/me").status_code == 200
