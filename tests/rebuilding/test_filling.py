"""A projection that is new is filled in the background, and keeps nobody waiting."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from orders_query import projector, queries
from orders_query.projection import KNOWN
from tests.orders import an_order
from tests.people import a_customer
from tests.projected import catch_up

BEGIN = "insert into orders_query_checkpoint (name, position, hash) values (%s, 0, '')"
END = "delete from orders_query_checkpoint where name = %s"
FRESH = "select fresh_at from orders_query_checkpoint where name = %s"


@pytest.fixture
def new(owner):
    """One that stands before the first event, and has never been at the head."""
    owner.execute(BEGIN, ["later"])
    KNOWN.add("later")
    yield "later"
    KNOWN.discard("later")
    owner.execute(END, ["later"])


def test_what_is_filled_for_the_first_time_refuses_nobody(new, settings):
    an_order(a_customer())
    catch_up()
    settings.READY_LAG_SECONDS = 0.0

    told = {p["name"]: p["eventsBehind"] for p in queries.sync()["projections"]}

    assert told[new] > told["orders"] == 0
    assert queries.being_filled() == {new}
    assert queries.lag_seconds() == 0
    assert Client().get("/healthz/ready").status_code == 200


def test_what_has_been_at_the_head_once_and_is_behind_is_told(new, owner, settings):
    owner.execute("update orders_query_checkpoint set fresh_at = now()")
    an_order(a_customer())
    catch_up()
    settings.READY_LAG_SECONDS = 0.0

    response = Client().get("/healthz/ready")

    assert queries.being_filled() == set()
    assert queries.lag_seconds() > 0
    assert response.status_code == 503
    assert response.json()["parts"]["projections"]["behind"] == [new]


def test_a_set_is_new_until_it_has_come_to_the_head(rebuild, owner, tmp_path):
    an_order(a_customer())
    catch_up()
    (tmp_path / "rebuild.after_batch").write_text("kill")
    assert rebuild("sales", "--batch", "1", FAULTS_DIR=str(tmp_path)).status == -9
    half_way = owner.execute(FRESH, ["sales:shadow"]).fetchone()

    # A full batch may end just at the head, and then it is the next one that tells.
    rebuild("sales", "--no-swap")
    an_order(a_customer())
    rebuild("sales", "--no-swap")

    assert half_way == (None,)
    assert owner.execute(FRESH, ["sales:shadow"]).fetchone() != (None,)


def test_a_missing_checkpoint_is_made_and_another_left_alone(new, owner):
    owner.execute(END, [new])
    before = projector.stand_of("orders")

    projector.begin_missing([new, "orders"])

    assert projector.stand_of(new).position == 0
    assert projector.stand_of("orders").position >= before.position > 0


def test_the_terminal_says_that_it_is_being_filled(new):
    call_command("sync_status", stdout=(told := StringIO()))

    (line,) = [line for line in told.getvalue().splitlines() if new in line]
    assert "being filled" in line


def test_what_a_newer_release_has_left_is_for_nobody_to_wait_for(new, owner, settings):
    owner.execute("update orders_query_checkpoint set fresh_at = now()")
    an_order(a_customer())
    catch_up()
    settings.READY_LAG_SECONDS = 0.0

    KNOWN.discard(new)

    assert Client().get("/healthz/ready").status_code == 200
    assert queries.lag_seconds() == 0
    assert new not in {p["name"] for p in queries.sync()["projections"]}
