"""What callers choose is kept as a digest; errors are told without values."""

import logging
import sys
from io import StringIO
from uuid import uuid4

import pytest
from axes.models import AccessAttempt, AccessLog
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client

from config.lines import Line
from orders_command.models import Event, IdempotencyRecord
from tests.orders import COMMANDS, order_body
from tests.people import PASSWORD, a_customer, desk_clerk, somebody

NAME = "Xan" + "thippe"  # a traceback shows lines of code


def placed_in(request_id, **headers):
    answer = desk_clerk().post(
        COMMANDS, order_body(a_customer()), X_Request_Id=request_id, **headers
    )
    assert answer.status_code == 201
    return answer, Event.objects.get(order_id=answer.json()["orderId"])


def test_a_request_id_that_is_no_uuid_is_logged_as_its_digest():
    answer, event = placed_in("ada-lovelace-7")
    _, again = placed_in("ada-lovelace-7")

    assert answer["X-Request-Id"] == "ada-lovelace-7"
    assert event.request_id == again.request_id
    assert len(event.request_id) == 32
    assert "ada" not in event.request_id


def test_a_request_is_found_in_the_log_by_the_id_that_was_sent():
    printed = StringIO()
    _, event = placed_in("ada-lovelace-8")

    call_command("request_id", "ada-lovelace-8", stdout=printed)

    assert printed.getvalue().strip() == event.request_id


def test_a_request_id_that_is_a_uuid_is_logged_as_it_is():
    request_id = str(uuid4())

    assert placed_in(request_id)[1].request_id == request_id


def test_an_idempotency_key_is_kept_as_its_digest():
    _, event = placed_in(str(uuid4()), Idempotency_Key="ada@example.org, the first")

    receipt = IdempotencyRecord.objects.get(order_id=event.order_id)
    assert "ada" not in receipt.key
    assert len(receipt.key) == 64


def test_a_name_at_the_sign_in_page_is_counted_and_not_kept(caplog):
    user = somebody(password=PASSWORD).user
    for password in ("wrong", PASSWORD):
        Client(headers={"user-agent": user.username[-12:]}).post(
            f"/sign-in?next=/{user.username}",
            {"username": user.username, "password": password, "more": user.username},
        )
    Client().post("/sign-in", {"username": f"{user.username}@example.org"})

    kept = [str(vars(row)) for row in AccessAttempt.objects.all()]
    kept += [str(vars(row)) for row in AccessLog.objects.all()]
    assert not any(user.username in row for row in kept)
    assert user.username not in caplog.text


def test_who_is_locked_out_is_let_in_again_by_name():
    user, client = somebody(password=PASSWORD).user, Client()
    form = {"username": user.username, "password": "wrong"}
    assert [client.post("/sign-in", form).status_code for _ in range(5)][-1] == 429

    call_command("axes_reset_username", user.username)

    right = {**form, "password": PASSWORD}
    assert client.post("/sign-in", right).status_code == 302


def refused_row():
    with connection.cursor() as cursor:
        cursor.execute(TWO_OF_ONE_EMAIL, [NAME, NAME])


def malformed_value():
    with connection.cursor() as cursor:
        cursor.execute("select %s::text::uuid", [NAME])


def quoted_value():
    int(NAME)


def refused_form():
    raise ValidationError(f"{NAME} is no number.")


def hidden_cause():
    try:
        quoted_value()
    except ValueError as error:
        raise RuntimeError("It went wrong.") from error


@pytest.mark.parametrize(
    ("fails", "told"),
    [
        (refused_row, "SQLSTATE 23505, duplicate key value violates unique constraint"),
        (malformed_value, "psycopg.errors.InvalidTextRepresentation: SQLSTATE 22P02"),
        (quoted_value, "ValueError"),
        (refused_form, "django.core.exceptions.ValidationError"),
        (hidden_cause, "RuntimeError: It went wrong."),
    ],
)
def test_a_traceback_tells_where_and_not_of_whom(fails, told):
    try:
        fails()
    except Exception:
        raised = sys.exc_info()
    record = logging.LogRecord(
        "a", logging.ERROR, __file__, 1, "%(exc)s", ({"exc": str(raised[1])},), raised
    )

    line = Line().format(record)

    assert told in line
    assert f"in {fails.__name__}" in line
    assert NAME not in line


TWO_OF_ONE_EMAIL = """
insert into customers_customer (id, version, name, email, created_at, position)
select gen_random_uuid(), 1, %s, %s, now(), 0
from generate_series(1, 2)
"""
