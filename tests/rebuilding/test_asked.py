"""What is asked for on the pages, carried out by `manage.py rebuilder`."""

import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from orders_query import rebuilding
from orders_query.models import Action, OrderReadModel, RebuildRequest, State
from orders_query.projector import sets
from orders_query.rebuilding import NotCarriedOut, Wish, asked
from tests.orders import an_order
from tests.people import a_customer
from tests.projected import ORDERS, catch_up
from tests.projection.damage import unknown_shape
from tests.rebuilders import as_it_is, ended
from tests.waiting import eventually

BY = "user:0198c0de-0000-7000-8000-000000000001"
SET_TOTAL = "update orders_query_orderreadmodel set total = %s where order_id = %s"


CUT = """
select pg_terminate_backend(pid) from pg_stat_activity
where application_name = 'to be cut' and datname = any(%s)
"""


def ask(action=Action.REBUILD, name=ORDERS, **more):
    wish = Wish(projection=name, action=action, **more)
    return asked.ask(wish, asked_by=BY)


def names_of(aliases):
    return [connections[alias].settings_dict["NAME"] for alias in aliases]


def total_read(order_id):
    return str(OrderReadModel.objects.using("query").get(pk=order_id).total)


@pytest.fixture
def wrong(owner):
    """Have an order whose row says another total than the log."""
    order_id = an_order(a_customer("Ada Lovelace")).order_id
    catch_up()
    owner.execute(SET_TOTAL, [999, order_id])
    return order_id


def test_what_is_asked_for_is_carried_out_and_told(rebuilder, wrong):
    request = ask()
    rebuilder.start()

    done = ended(request)

    assert (done.state, done.asked_by, done.phase) == (State.DONE, BY, "swapping")
    assert done.events > 0
    assert done.outcome.startswith("orders is rebuilt and serves from ")
    assert done.asked_at < done.begun_at < done.ended_at
    assert "orderreadmodel: 1 differ in total" in done.findings
    assert f"order_id {wrong}: total is 999, anew 7.00" in done.findings
    assert total_read(wrong) == "7.00"


def test_the_ways_back_are_asked_for_in_the_same_way(rebuilder, wrong):
    rebuilder.start()
    ended(ask())

    back = ended(ask(Action.ROLLBACK))
    assert "serves again" in back.outcome
    assert total_read(wrong) == "999"
    ended(ask(Action.ROLLBACK))
    dropped = ended(ask(Action.DROP_PREVIOUS))

    assert dropped.outcome == "the previous set of orders is dropped"
    assert total_read(wrong) == "7.00"
    assert not sets.kept()


def test_it_is_told_while_it_goes_on(rebuilder, wrong, tmp_path):
    (tmp_path / "rebuild.before_swap").write_text("delay 30")
    request = ask()
    process = rebuilder.start(FAULTS_DIR=str(tmp_path))

    eventually(lambda: as_it_is(request).phase == "swapping", 30)
    now = as_it_is(request)

    assert now.state == State.RUNNING
    assert asked.is_anybody_there()
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0


@pytest.mark.parametrize(
    "point", ["rebuild.after_batch", "rebuild.before_swap", "rebuild.after_swap"]
)
def test_killed_in_the_middle_it_goes_on_at_the_next_start(
    rebuilder, wrong, tmp_path, point
):
    (tmp_path / point).write_text("kill")
    request = ask()

    assert rebuilder.start(FAULTS_DIR=str(tmp_path)).wait(30) == -9
    # That a swap has happened is known, since it is noted in the same transaction.
    is_swapped = point == "rebuild.after_swap"
    assert as_it_is(request).state == (State.DONE if is_swapped else State.RUNNING)
    rebuilder.start()

    assert ended(request).state == State.DONE
    assert total_read(wrong) == "7.00"


def test_a_way_back_is_never_gone_twice(rebuilder, wrong, tmp_path):
    rebuilder.start()
    ended(ask())
    rebuilder.end()
    (tmp_path / "rebuild.after_swap").write_text("kill")
    request = ask(Action.ROLLBACK)

    assert rebuilder.start(FAULTS_DIR=str(tmp_path)).wait(30) == -9
    rebuilder.start()
    eventually(asked.is_anybody_there)

    assert ended(request).state == State.DONE
    assert total_read(wrong) == "999"


def test_ended_in_the_middle_it_ends_soon_and_goes_on_later(rebuilder, wrong, tmp_path):
    (tmp_path / "rebuild.after_batch").write_text("delay 30")
    request = ask()
    process = rebuilder.start(FAULTS_DIR=str(tmp_path))
    eventually(lambda: list(tmp_path.glob("*.fired")), 30)

    process.send_signal(signal.SIGTERM)

    assert process.wait(5) == 0
    assert as_it_is(request).state == State.RUNNING
    assert "goes on at the next start" in rebuilder.printed()
    rebuilder.start()
    assert ended(request).state == State.DONE


@pytest.mark.parametrize("aliases", [["default"], ["query"], ["default", "query"]])
def test_it_goes_on_when_its_connections_are_cut(
    rebuilder, wrong, owner, tmp_path, aliases
):
    (tmp_path / "rebuild.after_batch").write_text("stop")
    request = ask()
    process = rebuilder.start(FAULTS_DIR=str(tmp_path), PGAPPNAME="to be cut")
    eventually(lambda: list(tmp_path.glob("*.fired")), 30)

    cut = owner.execute(CUT, [names_of(aliases)]).fetchall()
    process.send_signal(signal.SIGCONT)

    assert len(cut) >= len(aliases)
    assert ended(request).state == State.DONE
    assert "A database is away" in rebuilder.printed()
    assert total_read(wrong) == "7.00"


def test_two_who_ask_at_once_have_one_request():
    def try_to_ask(_):
        try:
            return ask(name=sets.SALES)
        except NotCarriedOut as refused:
            return str(refused)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(try_to_ask, range(8)))

    made = [answer for answer in answers if isinstance(answer, RebuildRequest)]
    assert len(made) == 1
    assert set(answers) - set(made) == {"Something is already to be done with sales."}
    assert asked.take_back(made[0].pk, by=BY)


def test_two_processes_carry_a_request_out_once(rebuilder, wrong):
    rebuilder.start()
    rebuilder.start()
    requests = [ask(), ask(name=sets.SALES)]

    assert [ended(one).state for one in requests] == [State.DONE, State.DONE]
    assert rebuilder.printed().count("rebuild of orders begins") == 1
    assert rebuilder.printed().count("rebuild of sales begins") == 1


def test_a_refusal_is_told_and_can_be_overruled(rebuilder, services):
    order = an_order(a_customer())
    catch_up()
    rebuilder.start()
    with unknown_shape(services, order.order_id, 1):
        refused = ended(ask())
        again = ended(ask(accepts_differences=True))

    assert refused.state == State.FAILED
    assert refused.outcome == (
        "The new tables are not what the log adds up to, and are not swapped in."
    )
    assert any(f"parked {order.order_id}" in finding for finding in refused.findings)
    assert again.state == State.DONE
    assert ended(ask(Action.ROLLBACK)).state == State.DONE


def test_what_cannot_be_done_is_refused_at_once(rebuild):
    for action in (Action.ROLLBACK, Action.DROP_PREVIOUS, Action.DISCARD):
        with pytest.raises(NotCarriedOut, match="There is no"):
            ask(action)
    rebuild("orders")
    with pytest.raises(rebuilding.StillKept):
        ask()


def test_it_waits_for_who_rebuilds_by_hand_and_can_be_taken_back(rebuilder, owner):
    owner.execute("select pg_advisory_lock(hashtext('rebuild orders'))")
    waits, other = ask(), ask(name=sets.SALES)
    rebuilder.start()

    ended(other)
    assert as_it_is(waits).state == State.ASKED
    assert asked.take_back(waits.pk, by="user:another")
    owner.execute("select pg_advisory_unlock(hashtext('rebuild orders'))")

    assert as_it_is(waits).state == State.CANCELLED
    assert as_it_is(waits).outcome.endswith(", by user:another")
    assert not asked.take_back(other.pk, by=BY)


def test_a_process_that_is_not_the_owner_says_so(rebuilder, services):
    request = ask()

    process = rebuilder.start(
        QUERY_DATABASE_OWNER_URL=services.environment()["QUERY_DATABASE_URL"]
    )

    assert process.wait(20) == 1
    assert "set QUERY_DATABASE_OWNER_URL" in rebuilder.printed()
    assert as_it_is(request).state == State.ASKED


def test_it_is_known_whether_anybody_is_there(rebuilder, owner):
    assert not asked.is_anybody_there()
    process = rebuilder.start()
    eventually(asked.is_anybody_there, 20)

    process.send_signal(signal.SIGTERM)
    process.wait(10)
    assert not asked.is_anybody_there()

    silent = rebuilder.start()
    eventually(asked.is_anybody_there, 20)
    silent.send_signal(signal.SIGSTOP)
    owner.execute(
        "update orders_query_rebuilder set seen_at = %s",
        [timezone.now() - timedelta(seconds=16)],
    )
    there = asked.is_anybody_there()
    silent.send_signal(signal.SIGCONT)
    assert not there
