"""What is kept of the lag: the greatest of ten seconds, however often it is told."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from orders_command import feed
from orders_query import projector, queries, sampling, tasks
from orders_query.models import LagSample
from orders_query.sampling import Sample
from tests import samples
from tests.orders import an_order
from tests.people import a_customer
from tests.projected import catch_up, checkpoint, projector_stopped
from tests.reading.test_command_side_away import command_database_away
from tests.waiting import eventually

WITHIN = timedelta(seconds=9.9)


@pytest.fixture
def lately():
    """Return a time within the hour before this test, at 20 s of its minute."""
    return timezone.now().replace(second=20, microsecond=0) - timedelta(minutes=10)


def kept(name):
    found = LagSample.objects.using("query").filter(name=name).order_by("at")
    return [(row.at, row.seconds, row.events) for row in found]


@contextmanager
def forgotten(*names):
    """Know nothing of these: others of this run have made them lag too."""
    samples.forget(*names)
    yield
    samples.forget(*names)


def a_sample(seconds, events=None, *, at, name="tested"):
    return Sample(at=at, name=name, seconds=seconds, events=events)


def project():
    """Work as the task does, but look at no replica: no thread outlives the test."""
    projector.catch_up(on_step=sampling.note)


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_samples_in_ten_seconds_the_greatest_is_kept(turned, lately):
    told = [a_sample(0.5, 9, at=lately), a_sample(2.0, 3, at=lately + WITHIN)]
    with forgotten("tested"):
        for sample in reversed(told) if turned else told:
            sampling.keep([sample])
            sampling.keep([sample])

        assert kept("tested") == [(lately, 2.0, 9)]


@pytest.mark.parametrize("turned", [False, True])
def test_who_could_not_tell_takes_nothing_away(turned, lately):
    told = [a_sample(None, at=lately), a_sample(0.25, at=lately)]
    with forgotten("tested"):
        sampling.keep(reversed(told) if turned else told)

        assert kept("tested") == [(lately, 0.25, None)]


def test_workers_that_tell_the_same_do_not_wait_for_each_other_in_a_circle(
    lately,
):
    names = [f"tested {n}" for n in range(8)]
    told = [a_sample(1.0, at=lately, name=name) for name in names]

    def tell(turned):
        for _ in range(100):
            sampling.keep(reversed(told) if turned else told)
        connections.close_all()

    with forgotten(*names), ThreadPoolExecutor(2) as workers:
        assert [*workers.map(tell, [False, True])] == [None, None]


def test_an_hour_has_sixty_minutes_with_the_worst_of_each(lately):
    ten = timedelta(seconds=10)
    with forgotten("tested"):
        sampling.keep([a_sample(0.1, at=lately), a_sample(0.3, 4, at=lately + ten)])
        sampling.keep([a_sample(None, at=lately + 6 * ten)])
        sampling.keep([a_sample(99.0, at=timezone.now() - timedelta(hours=2))])
        [hour, nothing] = queries.last_hour(["tested", "never seen"])

    assert len(hour.minutes) == len(nothing.minutes) == 60
    worst, unknown = [m for m in hour.minutes if m.is_looked_at]
    assert (worst.seconds, worst.events) == (0.3, 4)
    assert (unknown.seconds, unknown.events) == (None, None)
    assert (hour.worst, hour.median) == (0.3, 0.2)
    assert not any(m.is_looked_at for m in nothing.minutes)
    assert (nothing.worst, nothing.median) == (None, None)


def test_what_waits_now_is_sampled(services):
    with forgotten("orders"), projector_stopped(services):
        stands = checkpoint()
        an_order(a_customer())
        eventually(lambda: feed.backlog(after=stands)[1] > 0.2)

        tasks.sample_lag()

        _, seconds, events = max(kept("orders"), key=lambda row: row[1])
    assert seconds > 0.2
    assert events >= 1


def test_a_lag_between_two_samples_is_not_lost(services):
    """It is over before anybody samples, and the projector has met it."""
    catch_up()
    with forgotten("orders"):
        with projector_stopped(services):
            stands = checkpoint()
            an_order(a_customer())
            eventually(lambda: feed.backlog(after=stands)[1] > 0.5)
        eventually(lambda: project() or checkpoint() > stands)

        def met():
            tasks.sample_lag()
            return queries.last_hour(["orders"])[0].worst

        eventually(lambda: met() > 0.5, 30)  # a worker may have been first


def test_a_replica_that_lags_is_seen_to_by_the_worker(worker, replica):
    catch_up()
    with forgotten("replica_1"):
        replica.lag(1.5)

        def met():
            an_order(a_customer())
            return queries.last_hour(["replica_1"])[0].worst or 0.0

        eventually(lambda: met() > 1.2, 40, every=0.5)


def test_without_the_command_database_nobody_can_tell(services):
    with forgotten("orders", "sales"), command_database_away():
        tasks.sample_lag()
        told = {row[1:] for name in ("orders", "sales") for row in kept(name)}

    assert (None, None) in told  # and what a worker may have told meanwhile


def test_samples_are_kept_for_a_day(lately):
    long_ago = lately - timedelta(hours=25)
    with forgotten("tested"):
        sampling.keep([a_sample(1.0, at=long_ago), a_sample(2.0, at=lately)])

        tasks.forget_sightings()

        assert [seconds for _, seconds, _ in kept("tested")] == [2.0]
