"""Webhooks go to the public internet, whatever a URL or a name server says."""

import socket

import pytest

from config.local.ports import HOST
from orders_query.models import WebhookEndpoint
from orders_query.webhooks import addresses, posting
from orders_query.webhooks.posting import Rules
from orders_query.webhooks.targets import BadUrl, target_of
from tests.orders import an_order
from tests.pages.visiting import text
from tests.people import a_customer
from tests.waiting import eventually
from tests.webhooks.administering import Admin, deliveries, states
from tests.webhooks.noted import catch_up
from tests.webhooks.receiving import Receiver
from tests.webhooks.sending import Senders

PRIVATE = """
127.0.0.1 127.8.8.8 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1
169.254.169.254 169.254.0.1 100.64.0.1 100.100.100.200 192.0.0.192 192.0.2.1
198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255 168.63.129.16 192.88.99.1
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 ff02::1 ff0e::1 fec0::1 2001:db8::1
64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::a00:1 2002:7f00:1:: 2002:a00:1::1
2001::7f00:1 100::1 5f00::1 3fff::1
""".split()
PUBLIC = (
    "1.1.1.1 8.8.8.8 93.184.215.14 2606:4700:4700::1111 2a00:1450::1 ::ffff:8.8.8.8"
)


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not addresses.is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_an_address_of_the_internet_is_not(address: str) -> None:
    assert addresses.is_public(address)


BAD = {
    "ftp://shop.example.com/": "https://",
    "http://shop.example.com/": "https://",
    "//shop.example.com/": "https://",
    "https:///orders": "a host",
    "https://ada:secret@shop.example.com/": "a password",
    "https://shop.example.com@127.0.0.1/": "a password",
    "https://shop.example.com\\@127.0.0.1/": "printable ASCII",
    "https://shop.example.com/\r\nHost: x": "printable ASCII",
    "https://shop.example.com/a b": "printable ASCII",
    "https://shöp.example.com/": "printable ASCII",
    "https://shop.example.com/#there": "fragment",
    "https://shop.example.com:0/": "port 0",
    "https://shop.example.com:99999/": "not a URL",
    "https://shop.example.com:x/": "not a URL",
    "https://[::1/": "not a URL",
    "https://[fe80::1%25eth0]/": "a host",
    "https://shop%2eexample.com/": "a host",
    f"https://shop.example.com/{'x' * 500}": "500",
}


@pytest.mark.parametrize("url", BAD)
def test_a_url_that_says_more_or_less_is_refused(url: str) -> None:
    with pytest.raises(BadUrl, match=BAD[url]):
        target_of(url)


def test_a_url_is_read_once_for_all_who_use_it() -> None:
    target = target_of("https://Shop.example.com:8443/in?key=1")

    assert (target.host, target.port) == ("shop.example.com", 8443)
    assert target.path == "/in?key=1"
    assert target.host_header == "shop.example.com:8443"
    assert target_of("https://[2606:4700::1]/").host_header == "[2606:4700::1]"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
    ],
)
def test_the_admin_refuses_a_private_address(
    admin: Admin, settings: object, url: str
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False  # type: ignore[attr-defined]

    answer = admin.fills_in("shop", url)

    assert "This host has a private address" in text(answer)
    assert not WebhookEndpoint.objects.using("query").exists()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://shop.example.com/", "has to begin with https://"),
        ("https://nobody.invalid/", "No address is found for this host"),
    ],
)
def test_the_admin_says_what_is_wrong_with_a_url(
    admin: Admin, settings: object, url: str, told: str
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False  # type: ignore[attr-defined]

    assert told in text(admin.fills_in("shop", url))
    assert not WebhookEndpoint.objects.using("query").exists()


def test_a_name_that_leads_here_by_now_is_refused_at_sending(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    """It was public when it was saved: names change, and some are meant to."""
    admin.adds("shop", shop.url)
    rebound = f"https://localhost:{shop.port}/"
    WebhookEndpoint.objects.using("query").update(url=rebound)
    an_order(a_customer())
    catch_up()

    sender.start(WEBHOOK_ALLOW_PRIVATE="0", WEBHOOK_WAITS="0.02")

    eventually(lambda: states("shop") == {"parked"})
    assert deliveries("shop")[0].outcome == "private address"
    assert (shop.tries, shop.forged) == ([], [])


class Rebinding:
    """A name server that says something else each time."""

    def __init__(self, *answers: list[str]) -> None:
        self.asked = 0
        self._answers = answers

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self._answers[min(self.asked, len(self._answers)) - 1]


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    shop: Receiver,
) -> None:
    names = Rebinding([HOST], ["127.0.0.2"])
    shop.secret = "whsec_AAAA"
    rules = Rules(seconds=2.0, may_be_private=True, look_up=names)
    url = f"http://shop.example.com:{shop.port}/"

    answer = posting.post(url, {}, b"{}", rules)

    assert answer.status == 401, "it is there, though it trusts nobody"
    assert names.asked == 1


@pytest.mark.parametrize("found", [[HOST], ["8.8.8.8", HOST], ["8.8.8.8", "::1"]])
def test_one_private_address_among_others_is_enough(
    found: list[str], shop: Receiver
) -> None:
    rules = Rules(seconds=2.0, look_up=Rebinding(found))

    answer = posting.post(f"https://shop.example.com:{shop.port}/", {}, b"{}", rules)

    assert answer.told == "private address"


def test_a_name_server_that_says_nothing_takes_no_more_than_its_time() -> None:
    def never(_: str, __: int) -> list[str]:
        raise socket.gaierror

    rules = Rules(seconds=0.2, look_up=never)

    assert posting.post("https://a.example.com/", {}, b"", rules).told == "no such name"
