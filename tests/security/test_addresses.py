"""Where a request comes from, when proxies stand in front and callers forge headers."""

from typing import Any

import pytest
from django.test import RequestFactory

from config.access.addresses import address_of, network_of

pytestmark = pytest.mark.no_services
PROXY = "10.0.0.1"


def told(forwarded: str) -> str:
    request = RequestFactory().get("/", REMOTE_ADDR=PROXY)
    request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    return address_of(request)


def test_without_a_proxy_the_header_is_not_believed(settings: Any) -> None:
    settings.PROXIES = 0

    assert told("192.0.2.1") == PROXY


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "6.6.6.6, 192.0.2.1", "192.0.2.1"),
        (1, "6.6.6.6,7.7.7.7 ,  192.0.2.1 ", "192.0.2.1"),
        (2, "6.6.6.6, 192.0.2.1, 10.0.0.9", "192.0.2.1"),
        (1, "192.0.2.1:4711", "192.0.2.1"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
    ],
)
def test_the_address_is_the_one_that_our_outermost_proxy_saw(
    settings: Any, proxies: int, forwarded: str, address: str
) -> None:
    settings.PROXIES = proxies

    assert told(forwarded) == address


@pytest.mark.parametrize("forwarded", ["", "unknown", "192.0.2.1, ", "<script>"])
def test_what_is_no_address_is_the_connections(settings: Any, forwarded: str) -> None:
    settings.PROXIES = 1

    assert told(forwarded) == PROXY


def test_who_came_past_a_proxy_cannot_make_its_address_up(settings: Any) -> None:
    settings.PROXIES = 2

    assert told("6.6.6.6") == PROXY


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_a_caller_holds_a_network_of_ipv6(address: str, network: str) -> None:
    assert network_of(address) == network
