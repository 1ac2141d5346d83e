"""The demo is loaded once."""

from io import StringIO

from django.core.management import call_command

from orders_command.models import Order
from tests.orders import an_order
from tests.people import a_customer


def test_a_demo_is_not_loaded_over_orders():
    an_order(a_customer())
    before, said = Order.objects.count(), StringIO()

    call_command("demo", stdout=said)

    assert said.getvalue() == "There are orders already; the demo is not loaded.\n"
    assert Order.objects.count() == before
