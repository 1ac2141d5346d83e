"""Notes are read wherever an order is, as of any version, until the person goes."""

import json

import psycopg
import pytest
from django.core.management import call_command

from config.local.addresses import OWNER_URLS
from customers import directory
from orders_command import feed
from orders_query import queries, tasks
from orders_query.queries import ANYBODY
from orders_query.queries.statements import NEWEST_NOTES
from orders_query.webhooks.messages import body_of
from tests.orders import ACTOR, an_order, confirmed, noted
from tests.people import a_customer, desk_clerk
from tests.projected import catch_up
from tests.projection.damage import as_many_orders, nobody_reads, out_of_step

FIRST, SECOND = "Rang: comes on Friday.", 'Is "in a hurry" ünd rings again.'


def an_order_with_notes(customer_id):
    order = an_order(customer_id, note="Ring twice.")
    noted(order.order_id, FIRST)
    confirmed(order.order_id)
    noted(order.order_id, SECOND)
    return order.order_id


def all_answers(order_id):
    """Return what is answered of an order, its past and its history, as text."""
    clerk, path = desk_clerk(), f"/api/query/orders/{order_id}"
    asked = ("", "/history", "?version=3", "?expand=history")
    answers = [clerk.get(f"{path}{more}").json() for more in asked]
    folded = queries.order_from_log(order_id, reader=ANYBODY, only_of=None)
    return [*map(json.dumps, answers), folded.body.decode()]


@pytest.fixture
def owner(services):
    with psycopg.connect(
        services.environment()[OWNER_URLS[1]], autocommit=True
    ) as connection:
        yield connection


def test_an_order_tells_its_notes_with_who_and_when():
    order_id = an_order_with_notes(a_customer())
    catch_up()

    order = desk_clerk().get(f"/api/query/orders/{order_id}?expand=history").json()

    history = {event["version"]: event for event in order["history"]}
    assert order["note"] == "Ring twice."
    assert order["notes"] == [
        {
            "version": version,
            "at": history[version]["at"],
            "actor": ACTOR,
            "note": text,
        }
        for version, text in ((2, FIRST), (4, SECOND))
    ]
    assert history[4]["data"]["note"] == SECOND
    assert history[4]["data"].keys() == {"note", "noteId"}


def test_of_many_notes_the_newest_are_shown_and_the_history_has_all():
    order_id = an_order(a_customer()).order_id
    for number in range(NEWEST_NOTES + 1):
        noted(order_id, f"No. {number}")
    catch_up()
    clerk, path = desk_clerk(), f"/api/query/orders/{order_id}"

    told = clerk.get(path).json()["notes"]
    folded = queries.order_from_log(order_id, reader=ANYBODY, only_of=None)

    assert [note["note"] for note in told] == [f"No. {n}" for n in range(1, 201)]
    assert json.loads(folded.body)["notes"] == told
    assert len(clerk.get(f"{path}/history").json()) == 202


def test_the_past_has_the_notes_of_its_day():
    order_id = an_order_with_notes(a_customer())
    catch_up()
    clerk, path = desk_clerk(), f"/api/query/orders/{order_id}"
    told = clerk.get(path).json()["notes"]

    at = [clerk.get(f"{path}?version={number}").json() for number in (1, 2, 3, 4)]
    before = clerk.get(f"{path}?asOf={told[1]['at']}").json()

    assert [len(order["notes"]) for order in at] == [0, 1, 1, 2]
    assert before["notes"] == told


@pytest.mark.parametrize("version", [None, 1, 2, 3])
def test_the_fold_of_the_log_says_the_same(version):
    order_id = an_order_with_notes(a_customer())
    catch_up()

    read = queries.order(order_id, at=queries.Moment(version=version))
    folded = queries.order_from_log(
        order_id, reader=ANYBODY, only_of=None, version=version
    )

    assert folded.data == read.data


def test_an_order_without_notes_has_an_empty_list():
    order = an_order(a_customer())
    catch_up()

    assert queries.order(order.order_id).data["notes"] == []


def test_integrators_are_told_of_a_note_without_its_words():
    order = an_order(a_customer())
    receipt = noted(order.order_id, FIRST)
    catch_up()

    path = f"/api/query/events?after={receipt.position - 1}&limit=1"
    [event] = desk_clerk().get(path).json()
    _, recorded = feed.events_of(order.order_id)
    webhook = body_of(recorded, order_number=order.order_number).decode()

    assert (event["type"], event["data"].keys()) == ("OrderNoteAdded", {"noteId"})
    assert '"type":"order.note_added"' in webhook
    assert ("noteId" in webhook, FIRST in webhook) == (True, False)


@pytest.mark.parametrize("is_large", [False, True])
def test_an_erasure_takes_them_from_every_answer_and_row(owner, is_large):
    customer_id = a_customer()
    order_id = an_order_with_notes(customer_id)
    catch_up()
    assert all("Rang" in text for text in all_answers(order_id))

    # So many orders are done in parts.
    with as_many_orders(owner, customer_id, more=4_999 if is_large else 0):
        directory.erase(customer_id, actor=ACTOR)
        catch_up()

    answers = all_answers(order_id)
    assert not any(word in text for text in answers for word in ("Rang", "hurry"))
    assert json.loads(answers[0])["notes"] == []
    rows = owner.execute(HISTORY, [order_id]).fetchall()
    assert ("OrderNoteAdded" in str(rows), "Rang" in str(rows)) == (True, False)


def test_a_note_in_the_batch_of_the_erasure_brings_nothing_back(services, owner):
    customer_id = a_customer()
    with nobody_reads(services):
        order_id = an_order_with_notes(customer_id)
        directory.erase(customer_id, actor=ACTOR)
    catch_up()

    assert "Rang" not in str(owner.execute(HISTORY, [order_id]).fetchall())


def test_an_erasure_reaches_an_order_that_is_parked(services, owner):
    customer_id = a_customer()
    order_id = an_order_with_notes(customer_id)
    catch_up()
    with out_of_step(services, order_id):
        noted(order_id, "Rang a third time.")
        catch_up()
        directory.erase(customer_id, actor=ACTOR)
        catch_up()
        assert "Rang" not in str(owner.execute(HISTORY, [order_id]).fetchall())

    call_command("parked", "retry", str(order_id), verbosity=0)

    assert "Rang" not in str(owner.execute(HISTORY, [order_id]).fetchall())


def test_what_an_older_worker_left_of_the_erased_is_taken_away(owner):
    gone, stays = a_customer(), a_customer()
    order_id, other = an_order_with_notes(gone), an_order_with_notes(stays)
    catch_up()
    directory.erase(gone, actor=ACTOR)
    catch_up()
    owner.execute(PUT_BACK, [json.dumps({"note": FIRST}), order_id])
    assert any("Rang" in text for text in all_answers(order_id))

    tasks.forget_sightings()

    catch_up()  # the replica too
    assert not any("Rang" in text for text in all_answers(order_id))
    assert "Rang" not in str(owner.execute(HISTORY, [order_id]).fetchall())
    assert all("Rang" in text for text in all_answers(other))


PUT_BACK = """
update orders_query_orderhistory set data = data || %s::jsonb
where order_id = %s and type = 'OrderNoteAdded'
"""
HISTORY = "select * from orders_query_orderhistory where order_id = %s"
