"""Samples of the lag, forgotten by tests that make their own."""

from orders_query.models import LagSample


def forget(*names: str) -> None:
    """Forget the samples of these, of all unless named; a worker may be adding some."""
    table = LagSample.objects.using("query")
    for sample in table.filter(name__in=names) if names else table.all():
        sample.delete()  # each for itself: nobody waits for another in a circle
