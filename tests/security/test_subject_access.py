"""A person is given all that is kept about them, and nobody else is."""

import json
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from config.access.models import WRITE, issue_token
from config.local import application, processes
from customers import directory
from tests.orders import ACTOR, an_order, cancelled, confirmed, shipped
from tests.pages.visiting import signed_in
from tests.people import (
    a_customer,
    administrator,
    analyst,
    desk_clerk,
    linked_to,
    somebody,
)
from tests.projected import catch_up
from tests.services import environment_of


@pytest.fixture
def customer_id():
    """Somebody with a user, and two orders with words."""
    customer_id = a_customer("Ada Lovelace")
    kept = an_order(customer_id, note="Ring twice.")
    confirmed(kept.order_id)
    shipped(kept.order_id)
    given_up = an_order(customer_id)
    cancelled(given_up.order_id, "Too late.")
    catch_up()
    return customer_id


def exported(caller, customer_id):
    return caller.get(f"/api/customers/{customer_id}/export")


def content(answer):
    return json.loads(b"".join(answer.streaming_content))


def test_a_customer_is_given_everything(customer_id):
    own = linked_to(customer_id)
    issue_token(own.user, name="my phone")

    answer = exported(own, customer_id)

    assert answer["Content-Disposition"] == (
        f'attachment; filename="customer-{customer_id}.json"'
    )
    told = content(answer)
    assert told["customer"]["name"] == "Ada Lovelace"
    assert told["user"]["username"] == own.user.username
    assert {token["name"] for token in told["user"]["tokens"]} == {"", "my phone"}
    assert "digest" not in str(told)
    given_up, kept = told["orders"]
    assert (given_up["reason"], kept["note"]) == ("Too late.", "Ring twice.")
    assert kept["carrier"] == "DHL"
    assert [event["type"] for event in kept["history"]][-1] == "OrderShipped"
    assert told["complete"] is True


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (desk_clerk, 200),
        (administrator, 200),
        (analyst, 403),
        (somebody, 403),
        (lambda: linked_to(a_customer()), 404),
        (lambda: somebody("order desk", scopes=(WRITE,)), 403),
    ],
)
def test_only_the_person_and_the_desk_may(customer_id, who, status):
    answer = exported(who(), customer_id)

    assert answer.status_code == status
    if status == 200:
        assert content(answer)["complete"]


def test_nobody_is_unknown():
    answer = exported(desk_clerk(), uuid4())

    assert answer.status_code == 404
    assert answer.json()["type"].endswith("/customer-not-found")


def test_of_an_erased_person_no_word_is_left_to_give(customer_id):
    user = linked_to(customer_id).user
    directory.erase(customer_id, actor=ACTOR)
    catch_up()

    told = content(exported(desk_clerk(), customer_id))

    assert told["customer"]["erasedAt"]
    assert len(told["orders"]) == 2
    text = json.dumps(told)
    for word in ("Ada", "Ring twice", "Too late", "DHL", user.username):
        assert word not in text


def test_many_orders_come_page_by_page(customer_id, monkeypatch):
    monkeypatch.setattr("orders_query.queries.exporting.PER_READ", 1)

    assert len(content(exported(desk_clerk(), customer_id))["orders"]) == 2


def test_the_page_of_a_customer_offers_it(customer_id):
    page = signed_in(linked_to(customer_id)).get(f"/customers/{customer_id}")

    assert f'href="/api/customers/{customer_id}/export"' in page.content.decode()


def test_the_command_writes_a_file_that_nobody_else_can_read(
    services, customer_id, tmp_path
):
    file = tmp_path / "ada.json"

    call_command("customer_export", str(customer_id), output=str(file))

    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["complete"]
    with pytest.raises(CommandError, match="File exists"):
        call_command("customer_export", str(customer_id), output=str(file))
    printed = processes.run(
        application.command(
            environment_of(services), "customer_export", str(customer_id)
        )
    )
    assert json.loads(printed)["customer"]["name"] == "Ada Lovelace"


def test_the_command_says_who_is_unknown():
    with pytest.raises(CommandError, match="There is no customer"):
        call_command("customer_export", str(uuid4()))
