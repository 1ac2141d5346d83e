"""Receipts are kept for two days, and then forgotten."""

from hashlib import sha256
from uuid import uuid4

from django.core.management import call_command
from django.db import connection

from config.celery import tidy_up
from orders_command.models import IdempotencyRecord
from tests.orders import COMMANDS, order_body
from tests.people import a_customer, desk_clerk


def placed_hours_ago(hours):
    clerk, key = desk_clerk(), str(uuid4())
    body = order_body(a_customer())
    clerk.post(COMMANDS, body, Idempotency_Key=key)
    kept = sha256(key.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "update orders_command_idempotencyrecord"
            " set created_at = created_at - make_interval(hours => %s) where key = %s",
            [hours, kept],
        )
    return kept


def test_only_old_receipts_are_forgotten():
    old, young = placed_hours_ago(49), placed_hours_ago(47)

    call_command("forget_receipts")

    left = IdempotencyRecord.objects.filter(key__in=[old, young])
    assert [record.key for record in left] == [young]


def test_tidying_up_does_it_too():
    old = placed_hours_ago(49)

    tidy_up()

    assert not IdempotencyRecord.objects.filter(key=old).exists()
