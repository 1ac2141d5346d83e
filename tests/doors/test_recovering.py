"""A forgotten password: who gets a link, what it does, and how often it is sent."""

import re
import secrets
from typing import Any

import pytest
import redis
from django.core import mail
from django.core.checks import run_checks
from django.test import Client
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.access import limits
from config.local.ports import free_ports
from tests.pages.visiting import signed_in
from tests.people import PASSWORD, Caller, an_email, somebody
from tests.waiting import eventually

NEW = "another horse in the stable"
ASK, SENT = "/sign-in/forgotten", "/sign-in/forgotten/sent"


@pytest.fixture
def address() -> str:
    """Ask from a network address of one's own: requests from one are counted."""
    return an_address()


def an_address() -> str:
    return f"2001:db8:{secrets.randbelow(65_536):x}:{secrets.randbelow(65_536):x}::1"


def with_email(email: str = "", **more: Any) -> Caller:
    caller = somebody(password=PASSWORD, **more)
    caller.user.email = email or an_email()
    caller.user.save()
    return caller


def ask(email: str, address: str, **headers: str) -> Any:
    client = Client(REMOTE_ADDR=address)
    return client.post(ASK, {"email": email}, headers=headers)


def mails_to(email: str) -> list[Any]:
    return [sent for sent in mail.outbox if sent.to == [email]]


def link_to(email: str) -> str:
    eventually(lambda: mails_to(email))
    found = re.search(r"http://testserver(/\S+)", mails_to(email)[-1].body)
    assert found
    return found[1]


def choose(link: str, password: str = NEW) -> Any:
    client = Client()
    form = client.get(link)["Location"]  # the token leaves the address
    typed = {"new_password1": password, "new_password2": password}
    return client.post(form, typed, follow=True)


def test_a_link_gives_a_new_password_once_and_ends_all_else(address: str) -> None:
    caller = with_email()
    session = signed_in(caller)
    assert ask(caller.user.email, address)["Location"] == SENT
    link = link_to(caller.user.email)

    page = choose(link)

    assert "All sessions and API tokens have ended" in page.content.decode()
    caller.user.refresh_from_db()
    assert caller.user.check_password(NEW)
    assert session.get("/orders").status_code == 302
    eventually(lambda: caller.get("/api/me").status_code == 401, 30)
    again = Client().get(link)
    assert (again.status_code, "no good" in again.content.decode()) == (200, True)


def test_a_password_that_will_not_do_changes_nothing(address: str) -> None:
    caller = with_email()
    ask(caller.user.email, address)

    page = choose(link_to(caller.user.email), "12345")

    assert "too short" in page.content.decode()
    caller.user.refresh_from_db()
    assert caller.user.check_password(PASSWORD)
    assert caller.get("/api/me").status_code == 200


def test_the_answer_does_not_tell_whether_somebody_has_the_address(
    address: str,
) -> None:
    disabled, known = with_email(), with_email()
    disabled.user.is_active = False
    disabled.user.save()
    nobody = an_email()

    answers = [ask(email, address) for email in (nobody, disabled.user.email)]
    answers.append(ask(known.user.email.upper(), address))

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, SENT)
    }
    eventually(lambda: mails_to(known.user.email))  # the last of them in the queue
    assert mails_to(nobody) == mails_to(disabled.user.email) == []


def test_three_mails_an_hour_go_to_one_address(address: str) -> None:
    often, last = with_email(), with_email()

    for _ in range(5):
        assert ask(often.user.email, address)["Location"] == SENT
    ask(last.user.email, address)

    eventually(lambda: mails_to(last.user.email))
    assert len(mails_to(often.user.email)) == limits.TO_ONE_PERSON


def test_one_network_address_asks_so_often_and_others_go_on(address: str) -> None:
    asked = [ask(an_email(), address) for _ in range(limits.FROM_ONE_ADDRESS + 1)]

    assert [a.status_code for a in asked] == [302] * limits.FROM_ONE_ADDRESS + [429]
    assert asked[-1]["Retry-After"] == "3600"
    assert ask(an_email(), an_address()).status_code == 302


def test_without_valkey_nobody_is_kept_from_a_new_password(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = redis.Redis(port=free_ports(1)[0], retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(limits, "_valkey", nothing)
    caller = with_email()

    ask(caller.user.email, address)

    assert choose(link_to(caller.user.email)).status_code == 200


def test_no_address_is_kept_in_valkey(address: str) -> None:
    email = an_email()
    ask(email, address)

    kept = b" ".join(limits._valkey.scan_iter("*"))
    assert b"forgotten:" in kept
    for word in (email, email.partition("@")[0], address):
        assert word.encode() not in kept


def test_a_link_leads_to_no_other_host(address: str) -> None:
    caller = with_email()

    assert ask(caller.user.email, address, Host="evil.example").status_code == 400
    assert mails_to(caller.user.email) == []


def test_a_mail_that_is_not_sent_names_nobody_in_the_log(
    address: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    # Nobody listens there.
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_ports(1)[0]
    caller = with_email()

    ask(caller.user.email, address)

    eventually(lambda: "No mail was sent: ConnectionRefusedError" in caplog.text)
    assert caller.user.email not in caplog.text


def test_what_is_no_address_is_told(address: str) -> None:
    page = ask("nonsense", address).content.decode()

    assert "valid email address" in page


def test_production_is_warned_of_mails_that_go_nowhere(settings: Any) -> None:
    def warned() -> bool:
        found = run_checks(include_deployment_checks=True)
        return any(message.id == "orders.W002" for message in found)

    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    assert warned()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert not warned()
