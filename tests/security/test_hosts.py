"""Names of hosts that callers make up: refused, and never told to anybody."""

import pytest

from tests.pages.visiting import placed
from tests.people import PASSWORD, a_customer, an_email, desk_clerk, somebody
from tests.security.forgotten import asking_for, mails_to
from tests.security.raw import HOST, answered, asked, sent
from tests.waiting import eventually

EVIL = "evil.example"
FORGED = (f"X-Forwarded-Host: {EVIL}", f"Forwarded: host={EVIL}", f"X-Host: {EVIL}")


@pytest.mark.parametrize(
    "host",
    [
        EVIL,
        f"{HOST}.{EVIL}",
        f"{HOST}@{EVIL}",
        f"{HOST}:80@{EVIL}",
        f"{HOST}\\.{EVIL}",
        f"{HOST}:{EVIL}",
        f"{HOST},{EVIL}",
        f"{EVIL}:80",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/", "/sign-in", "/api/query/orders"])
def test_an_unknown_host_is_400(web: str, host: str, path: str) -> None:
    answer = answered(web, asked("GET", path, host=host))

    assert answer.status == 400
    assert EVIL.encode() not in answer.body


@pytest.mark.parametrize("order", [(HOST, EVIL), (EVIL, HOST)])
def test_two_hosts_are_400(web: str, order: tuple[str, str]) -> None:
    first, second = order

    assert answered(web, asked("GET", "/", f"Host: {second}", host=first)).status == 400


def test_no_host_is_400(web: str) -> None:
    assert sent(web, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n").startswith(
        b"HTTP/1.1 400 "
    )


def test_a_host_in_the_request_line_is_not_believed(web: str) -> None:
    answer = answered(web, asked("GET", f"http://{EVIL}/orders"))
    other = answered(web, asked("GET", f"http://{HOST}/sign-in", host=EVIL))

    assert (answer.status, answer.header("location")) == (302, "/sign-in?next=/orders")
    assert other.status == 400


def test_links_lead_to_the_host_that_was_asked(web: str) -> None:
    customer = a_customer()
    placed(customer)
    placed(customer)
    bearer = f"Authorization: Bearer {desk_clerk().token}"

    answer = answered(web, asked("GET", "/api/query/orders?limit=1", bearer, *FORGED))

    link = answer.header("link")
    assert link.startswith(f"<http://{HOST}/api/query/orders?limit=1&cursor=")
    assert EVIL not in str(answer.headers)


def test_a_redirect_to_tls_leads_to_the_host_that_was_asked(over_tls: str) -> None:
    answer = answered(over_tls, asked("GET", "/orders", *FORGED))
    unknown = answered(over_tls, asked("GET", "/orders", host=EVIL))

    assert answer.header("location") == f"https://{HOST}/orders"
    assert unknown.status == 400


def test_a_mail_s_link_leads_to_the_host_that_was_asked(web: str) -> None:
    owner = somebody("order desk", password=PASSWORD).user
    owner.email = an_email()
    owner.save()

    assert answered(web, asking_for(owner.email, EVIL)).status == 400
    assert answered(web, asking_for(owner.email, HOST, *FORGED)).status == 302

    mail = eventually(lambda: mails_to(owner.email))
    assert len(mail) == 1
    assert f"http://{HOST}/sign-in/new-password/" in mail[0]
    assert EVIL not in mail[0]
