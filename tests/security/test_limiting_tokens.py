"""Who limits a token to a customer, at each of the doors where tokens are made."""

from datetime import timedelta
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.access.models import ApiToken
from tests.pages.visiting import signed_in, text
from tests.people import (
    Caller,
    a_customer,
    administrator,
    desk_clerk,
    limited_to,
    linked_to,
    somebody,
)


def made_at_the_account(caller: Caller, customer_id: object) -> int:
    sent = {
        "name": "shop",
        "scopes": ["read"],
        "days": "1",
        "customer_id": str(customer_id),
    }
    page = signed_in(caller).post("/account", sent)
    return int(page.status_code)


def limits_of(caller: Caller) -> list[UUID | None]:
    own = ApiToken.objects.filter(user=caller.user, name="shop")
    return list(own.values_list("customer_id", flat=True))


def test_the_command_line_makes_a_token_of_a_customer():
    own, clerk, out = a_customer(), desk_clerk(), StringIO()

    call_command("api_token", clerk.user.username, "--customer", str(own), stdout=out)

    printed = Caller(clerk.user, out.getvalue().strip())
    assert printed.get("/api/me").json()["customerId"] == str(own)


@pytest.mark.parametrize("scopes", ["read", "read,metrics"])
def test_the_command_line_refuses_a_limit_that_cannot_be(scopes):
    clerk = desk_clerk()
    customer_id = uuid4() if scopes == "read" else a_customer()
    made = ApiToken.objects.filter(user=clerk.user)
    before = made.count()

    with pytest.raises(CommandError, match="--customer: "):
        call_command(
            "api_token",
            clerk.user.username,
            f"--customer={customer_id}",
            f"--scopes={scopes}",
        )

    assert made.count() == before


def test_what_is_no_id_is_told_on_the_command_line():
    with pytest.raises(CommandError, match="--customer"):
        call_command("api_token", desk_clerk().user.username, "--customer=ada")


def test_the_account_limits_a_token_to_whom_its_user_may_see():
    own, clerk = a_customer(), desk_clerk()
    customer = linked_to(own)

    assert made_at_the_account(clerk, own) == 200
    assert made_at_the_account(customer, own) == 200

    assert limits_of(clerk) == limits_of(customer) == [own]
    assert str(own) in text(signed_in(clerk).get("/account"))


@pytest.mark.parametrize("who", ["a customer", "nobody in particular", "the desk"])
def test_the_account_tells_nobody_whom_there_is(who):
    other = a_customer()
    caller = {
        "a customer": lambda: linked_to(a_customer()),
        "nobody in particular": somebody,
        "the desk": desk_clerk,
    }[who]()
    hidden = [uuid4(), "ada"] if who == "the desk" else [uuid4(), "ada", other]

    assert [made_at_the_account(caller, one) for one in hidden] == [422] * len(hidden)
    assert limits_of(caller) == []


def test_the_account_says_the_same_of_somebody_else_as_of_nobody():
    customer, other = linked_to(a_customer()), a_customer()

    def told(customer_id: UUID) -> str:
        sent = {"name": "s", "scopes": "read", "days": "1", "customer_id": customer_id}
        page = signed_in(customer).post("/account", sent)
        return text(page).replace(str(customer_id), "")

    assert told(other) == told(uuid4())


def test_the_admin_makes_a_limited_token_and_lists_its_customer():
    own, clerk = a_customer(), desk_clerk()
    client = signed_in(administrator())
    until = timezone.now() + timedelta(days=1)
    sent = {
        "user": str(clerk.user.pk),
        "name": "shop",
        "scopes": ["read"],
        "expires_at_0": until.strftime("%Y-%m-%d"),
        "expires_at_1": "12:00:00",
    }

    unknown = client.post(
        "/admin/access/apitoken/add/", {**sent, "customer_id": str(uuid4())}
    )
    made = client.post("/admin/access/apitoken/add/", {**sent, "customer_id": own})
    listed = client.get(f"/admin/access/apitoken/?q={own}")

    assert (unknown.status_code, made.status_code) == (200, 302)
    assert "There is no such customer" in unknown.content.decode()
    assert limits_of(clerk) == [own]
    assert str(own) in text(listed)


def test_a_limited_token_with_the_scope_of_metrics_is_told_none():
    # No door makes one; it is refused where it would be used all the same.
    limited = limited_to(a_customer(), administrator(), scopes=("read", "metrics"))

    assert limited.get("/metrics").status_code == 403
