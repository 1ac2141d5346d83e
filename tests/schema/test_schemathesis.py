"""Whatever is sent, the API answers as its document says, and never with a defect."""

import pytest

from tests.orders import an_order, confirmed
from tests.people import a_customer, administrator
from tests.projected import catch_up
from tests.schema.fuzzing import fuzz

PHASES = {"examples", "coverage", "fuzzing", "stateful"}


@pytest.mark.timeout(180)
def test_schemathesis_finds_nothing(web: str) -> None:
    customers = [a_customer() for _ in range(3)]
    orders = [an_order(customer).order_id for customer in customers]
    confirmed(orders[0])
    catch_up()

    fuzzed = fuzz(
        web,
        token=administrator().token,
        orders=orders,
        customers=customers,
        examples=5,
    )

    assert fuzzed.found == ""
    assert fuzzed.defects() == 0
    assert fuzzed.requests > 300
    assert {name.split()[0] for name in fuzzed.by_phase()} == PHASES
