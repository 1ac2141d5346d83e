"""No projection is left out of what `manage.py verify` compares."""

from orders_query.projector import PROJECTIONS, sets
from orders_query.verification.verifying import SUMS


def test_each_projection_is_compared_with_the_log():
    compared = {*SUMS, *(p.name for p in PROJECTIONS.values() if p.rows)}

    assert compared == {*sets.TABLES}, (
        "a projection without `rows` needs its line in SUMS of"
        " orders_query/verification/verifying.py"
    )
