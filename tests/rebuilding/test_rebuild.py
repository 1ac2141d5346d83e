"""`manage.py rebuild`: new tables beside the live ones, compared, and swapped in."""

import re

import pytest

from customers import directory
from orders_command import feed
from orders_query import projector
from orders_query.models import OrderHistory, OrderReadModel
from orders_query.projector import sets
from tests.orders import ACTOR, amended, an_order, cancelled, confirmed
from tests.people import a_customer
from tests.projected import ORDERS, catch_up, catch_up_kept, checkpoint
from tests.projection.damage import out_of_step, unknown_shape
from tests.waiting import eventually

PREVIOUS = "previous_orders.orders_query_orderreadmodel"


def row(order_id):
    return OrderReadModel.objects.using("query").get(pk=order_id)


def test_what_differs_is_counted_by_column_and_shown_and_then_right(rebuild, owner):
    dearer, gone, renamed = (an_order(a_customer("Ada Lovelace")) for _ in range(3))
    catch_up()
    owner.execute(SET_TOTAL, [999, dearer.order_id])
    owner.execute(DELETE, [gone.order_id])
    owner.execute(RENAME, ["Wrong Person", renamed.order_id])

    shown = rebuild("orders")

    assert shown.status == 0
    told = "1 rows only in the new tables, 1 differ in customer_name, 1 differ in total"
    assert f"orderreadmodel: {told}" in shown.printed
    assert f"order_id {dearer.order_id}: total is 999, anew 7.00" in shown.printed
    assert f"order_id {renamed.order_id}: customer_name differs" in shown.printed
    assert "Wrong Person" not in shown.printed
    assert "Ada" not in shown.printed
    assert str(row(dearer.order_id).total) == "7.00"
    assert row(renamed.order_id).customer_name == "Ada Lovelace"
    assert row(gone.order_id).status == "PENDING"


def test_a_sound_set_differs_in_nothing(rebuild):
    order = an_order(a_customer(), note="Ring twice.")
    amended(order.order_id, ("milk", 4, "1.00"), ("tea", 1, "3.50"))
    cancelled(order.order_id, reason="Too late.")
    confirmed(amended(an_order(a_customer()).order_id, ("cup", 1, "12.00")).order_id)
    catch_up()

    for name in ("orders", "sales"):
        shown = rebuild(name)
        assert shown.status == 0
        assert "no row differs from the live tables" in shown.printed
        assert "/s, 0 s left" in shown.printed


def test_names_indexes_constraints_privileges_and_storage_stay(rebuild, owner):
    before = catalogue(owner)

    assert rebuild("orders").status == 0
    assert rebuild("sales").status == 0

    after = catalogue(owner)
    assert after == before
    # Earlier tests have swapped as well: these are the migrations' own names.
    models = [model for tables in sets.TABLES.values() for model in tables]
    named = {index.name for model in models for index in model._meta.indexes}
    assert named <= {row[1] for row in after}
    assert ("orders_query_orderreadmodel", "orders_reader", "SELECT") in after
    assert ("orders_query_customertotals", "fillfactor=80") in after


def test_the_previous_set_is_projected_on_and_serves_again_after_a_rollback(
    rebuild, owner
):
    order = an_order(a_customer())
    catch_up()
    owner.execute(SET_TOTAL, [999, order.order_id])
    rebuild("orders")
    confirmed(order.order_id)
    catch_up_kept("orders:previous", catch_up())
    (total, status) = owner.execute(LOOK, [order.order_id]).fetchone()

    back = rebuild("orders", "--rollback")

    assert (total, status) == (999, "CONFIRMED")
    assert back.status == 0
    assert (row(order.order_id).total, row(order.order_id).status) == (999, "CONFIRMED")
    assert rebuild("orders", "--rollback").status == 0
    assert str(row(order.order_id).total) == "7.00"
    assert rebuild("orders", "--drop-previous").status == 0
    assert exists(owner, PREVIOUS) is False
    assert not sets.kept()


def test_the_swap_never_moves_the_checkpoint_back(rebuild, services):
    an_order(a_customer())
    before = catch_up()

    rebuild("orders")
    assert checkpoint() >= before
    an_order(a_customer())
    newer = catch_up()
    rebuild("orders", "--rollback")

    assert checkpoint() >= newer


@pytest.mark.parametrize(
    "point", ["rebuild.after_batch", "rebuild.before_swap", "rebuild.after_swap"]
)
def test_a_rebuild_that_was_killed_goes_on_where_it_was(rebuild, tmp_path, point):
    order = an_order(a_customer())
    catch_up()
    (tmp_path / point).write_text("kill")

    killed = rebuild("orders", "--batch", "10", FAULTS_DIR=str(tmp_path))
    assert killed.status == -9
    assert row(order.order_id).version == 1
    again = rebuild("orders")

    if point == "rebuild.after_swap":
        assert "is still kept" in again.printed
        again = rebuild("orders", "--rollback")
    else:
        assert "going on where an earlier rebuild was ended" in again.printed
        assert "no row differs" in again.printed
    assert again.status == 0
    assert row(order.order_id).version == 1


def test_what_comes_just_before_the_swap_is_in_the_new_set_too(rebuild, tmp_path):
    order = an_order(a_customer())
    catch_up()
    (tmp_path / "rebuild.before_swap").write_text("delay 2")

    process = rebuild.start("orders", FAULTS_DIR=str(tmp_path))
    eventually(lambda: list(tmp_path.glob("*.fired")), 30)
    confirmed(order.order_id)
    stands = catch_up()
    printed, _ = process.communicate(timeout=30)

    (serves_from,) = re.findall(r"serves from (\d+) on", printed)
    assert int(serves_from) >= stands
    assert row(order.order_id).status == "CONFIRMED"


def test_without_a_swap_nothing_changes_for_readers(rebuild, owner):
    order = an_order(a_customer())
    catch_up()
    owner.execute(SET_TOTAL, [999, order.order_id])

    shown = rebuild("orders", "--no-swap")

    assert "1 differ in total" in shown.printed
    assert row(order.order_id).total == 999
    assert rebuild("orders", "--discard").status == 0
    assert rebuild("orders").status == 0
    assert str(row(order.order_id).total) == "7.00"


def test_erasure_reaches_the_previous_set_and_one_that_was_given_up(rebuild, owner):
    customer_id = a_customer("Ada Lovelace")
    order = an_order(customer_id, note="Ring twice.")
    catch_up()
    rebuild("orders")
    owner.execute(FORGET_PREVIOUS)  # so that a second one can be begun
    rebuild("orders", "--no-swap")
    owner.execute(KEEP_PREVIOUS)

    directory.erase(customer_id, actor=ACTOR)
    catch_up_kept("orders:previous", catch_up())

    for schema in ("public", "shadow_orders", "previous_orders"):
        words = owner.execute(WORDS.format(schema).encode(), [order.order_id])
        assert words.fetchone() == (None, None, None), schema


def test_what_was_parked_is_not_parked_in_the_new_set_and_is_again_after_a_rollback(
    rebuild, services
):
    order = an_order(a_customer())
    catch_up()
    with out_of_step(services, order.order_id):
        confirmed(order.order_id)
        catch_up()
    assert row(order.order_id).parked

    rebuild("orders")
    assert (row(order.order_id).parked, row(order.order_id).version) == (False, 2)
    assert [first.name for first in projector.waiting()] == ["orders:previous"]
    rebuild("orders", "--rollback")

    assert row(order.order_id).parked
    assert projector.retry(ORDERS, order.order_id, actor=ACTOR) == ["applied"]


def test_a_set_of_another_log_is_replaced_and_not_kept(rebuild, owner):
    order = an_order(a_customer())
    catch_up()
    owner.execute("update orders_query_checkpoint set hash = 'x' where name = 'orders'")
    with pytest.raises(projector.LogReplaced):
        projector.step(ORDERS)

    shown = rebuild("orders")

    assert "of another log" in shown.printed
    assert shown.status == 0
    confirmed(order.order_id)
    catch_up()
    assert row(order.order_id).version == 2
    assert not sets.kept()


def test_tables_that_are_not_what_the_log_adds_up_to_are_not_swapped_in(
    rebuild, services
):
    order = an_order(a_customer())
    catch_up()
    with unknown_shape(services, order.order_id, 1):
        refused = rebuild("orders")
        again = rebuild("orders", "--accept-differences")

    assert refused.status == 1
    assert f"orders:shadow: parked {order.order_id}" in refused.printed
    assert "not swapped in" in refused.printed
    assert again.status == 0
    projector.retry_unreadable()
    eventually(lambda: not row(order.order_id).parked)


def test_what_makes_no_sense_is_refused(rebuild):
    assert "no unfinished set of orders" in rebuild("orders", "--discard").printed
    assert "no previous set of sales" in rebuild("sales", "--rollback").printed
    assert rebuild("orders", "--batch", "0").status == 2
    assert rebuild("everything").status == 2


def test_two_at_once_are_refused(rebuild, owner):
    owner.execute("select pg_advisory_lock(hashtext('rebuild orders'))")
    try:
        assert (
            "Somebody else is rebuilding or verifying orders"
            in rebuild("orders").printed
        )
    finally:
        owner.execute("select pg_advisory_unlock(hashtext('rebuild orders'))")


def test_the_history_of_the_new_set_is_the_logs(rebuild):
    order = an_order(a_customer())
    confirmed(order.order_id)
    catch_up()

    rebuild("orders")

    history = OrderHistory.objects.using("query").filter(order_id=order.order_id)
    log = feed.events_of(order.order_id)
    assert sorted(history.values_list("position", flat=True)) == [
        event.position for event in log
    ]


def catalogue(owner):
    """Return all that the database knows of the read tables, by name."""
    return {row for question in CATALOGUE for row in owner.execute(question).fetchall()}


def exists(owner, table):
    return owner.execute("select to_regclass(%s) is not null", [table]).fetchone()[0]


SET_TOTAL = "update orders_query_orderreadmodel set total = %s where order_id = %s"
DELETE = "delete from orders_query_orderreadmodel where order_id = %s"
RENAME = """
update orders_query_orderreadmodel set customer_name = %s where order_id = %s
"""
LOOK = """
select total, status from previous_orders.orders_query_orderreadmodel
where order_id = %s
"""
WORDS = """
select customer_name, customer_email, note from {}.orders_query_orderreadmodel
where order_id = %s
"""
FORGET_PREVIOUS = """
update orders_query_checkpoint set name = 'orders:aside' where name = 'orders:previous'
"""
KEEP_PREVIOUS = """
update orders_query_checkpoint set name = 'orders:previous' where name = 'orders:aside'
"""
CATALOGUE = (
    """select table_name, column_name, data_type, is_nullable, column_default
       from information_schema.columns where table_schema = 'public'""",
    """select tablename, indexname, indexdef from pg_indexes
       where schemaname = 'public'""",
    """select conrelid::regclass::text, conname, pg_get_constraintdef(oid)
       from pg_constraint where connamespace = 'public'::regnamespace""",
    """select c.relname, r.rolname, a.privilege_type
       from pg_class c, aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
       where c.relnamespace = 'public'::regnamespace""",
    """select relname, unnest(reloptions)
       from pg_class where relnamespace = 'public'::regnamespace""",
)
