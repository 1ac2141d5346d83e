"""Each event is noted once for each endpoint, whenever a projector dies."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from config.local import application
from config.local.embedded import Embedded
from orders_command import feed
from orders_query import projector, queries, verification
from orders_query.models import Checkpoint
from orders_query.projection import stored
from orders_query.projector import WEBHOOKS
from tests.orders import an_order, confirmed, shipped
from tests.people import a_customer, administrator
from tests.projected import checkpoint
from tests.projection.damage import nobody_reads, unknown_shape, unreadable
from tests.services import environment_of
from tests.waiting import eventually
from tests.webhooks.administering import Admin, deliveries, endpoint, states
from tests.webhooks.noted import catch_up
from tests.webhooks.receiving import Receiver
from tests.webhooks.sending import Senders

NOWHERE = "http://127.0.0.1:9/"
LONG = 800  # events: more than a part has
STEP = "from orders_query import projector; projector.step('webhooks')"


class Dying:
    """A projector that is killed at a point of its work."""

    def __init__(self, services: Embedded, folder: Path) -> None:
        self._environment = environment_of(services)
        self._faults = folder

    def steps(self, *, dies: str, **environment: str) -> None:
        (self._faults / f"projection.{dies}@{WEBHOOKS}").write_text("kill")
        made = {
            **self._environment,
            "FAULTS_DIR": str(self._faults),
            **environment,
        }
        command = application.command(made, "shell", "--no-imports", "-c", STEP)
        done = subprocess.run(
            command.arguments,
            env=dict(command.environment),
            cwd=command.folder,
            capture_output=True,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.fixture
def dying(services: Embedded, tmp_path: Path) -> Dying:
    return Dying(services, tmp_path)


def noted(order_id: UUID) -> list[int]:
    return [one.version for one in deliveries("shop", order_id=order_id)]


def an_order_that_nobody_has_seen() -> UUID:
    order_id = an_order(a_customer()).order_id
    confirmed(order_id)
    return order_id


def step_to_the_end() -> None:
    while projector.step(WEBHOOKS).position < feed.head():
        pass


@pytest.mark.parametrize("point", ["before_commit", "after_commit"])
def test_who_dies_at_work_loses_and_doubles_nothing(
    admin: Admin, services: Embedded, dying: Dying, point: str
) -> None:
    admin.adds("shop", NOWHERE)
    with nobody_reads(services):
        order_id = an_order_that_nobody_has_seen()

        dying.steps(dies=point)
        step_to_the_end()

    assert noted(order_id) == [1, 2]


def test_a_projector_that_moves_its_checkpoint_first_is_found_out(
    admin: Admin, services: Embedded, dying: Dying
) -> None:
    admin.adds("shop", NOWHERE)
    with nobody_reads(services):
        order_id = an_order_that_nobody_has_seen()

        broken = "tests.webhooks.broken.hasty"
        dying.steps(dies="before_commit", DJANGO_SETTINGS_MODULE=broken)
        step_to_the_end()

    assert noted(order_id) != [1, 2]


def test_an_event_that_cannot_be_read_parks_its_order_and_nobody_else(
    admin: Admin, sender: Senders, shop: Receiver, services: Embedded
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    order_id = an_order(a_customer()).order_id
    catch_up()
    with unreadable(services, lambda: confirmed(order_id), 2):
        shipped(order_id)
        other = an_order(a_customer()).order_id
        catch_up()
        sender.start()
        eventually(lambda: shop.versions_of(other) == [1])
        assert noted(order_id) == [1]
        parked = [one.name for one in projector.waiting(stream_id=order_id)]
        assert WEBHOOKS in parked

    for name in parked:
        projector.retry(name, order_id, actor="system:tests")

    eventually(lambda: shop.versions_of(order_id) == [1, 2, 3])


def test_a_repair_of_the_order_leaves_what_is_to_be_sent(
    admin: Admin, services: Embedded
) -> None:
    admin.adds("shop", NOWHERE)
    order_id = an_order(a_customer()).order_id
    catch_up()
    with unreadable(services, lambda: confirmed(order_id), 2):
        catch_up()

    verification.repair(order_id, actor="system:tests")

    assert [one.name for one in projector.waiting(stream_id=order_id)] == [WEBHOOKS]
    projector.retry(WEBHOOKS, order_id, actor="system:tests")
    assert noted(order_id) == [1, 2]


def test_nobody_has_to_retry_what_nobody_was_to_be_sent(services: Embedded) -> None:
    order_id = an_order(a_customer()).order_id
    catch_up()
    with unreadable(services, lambda: confirmed(order_id), 2):
        catch_up()
        parked = [one.name for one in projector.waiting(stream_id=order_id)]
        assert WEBHOOKS not in parked

    for name in parked:
        projector.retry(name, order_id, actor="system:tests")


def test_a_repair_of_an_order_loses_nothing_that_is_to_be_sent(
    admin: Admin, services: Embedded
) -> None:
    admin.adds("shop", NOWHERE)
    order_id = an_order(a_customer()).order_id
    catch_up()
    with unreadable(services, lambda: confirmed(order_id), 2):
        catch_up()

    verification.repair(order_id, actor="system:tests")
    projector.retry_unreadable()

    eventually(lambda: noted(order_id) == [1, 2])


def test_what_cannot_be_read_any_more_is_parked_and_sent_once_it_can(
    admin: Admin, sender: Senders, shop: Receiver, services: Embedded
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    order_id = an_order(a_customer()).order_id
    catch_up()
    with unknown_shape(services, order_id, 1):
        sender.start()
        eventually(lambda: states("shop") == {"parked"})
        assert deliveries("shop")[0].outcome == "unreadable"
        assert endpoint("shop").failing_since is None, "the receiver has no part in it"

    admin.does("redeliver", "shop")

    eventually(lambda: shop.versions_of(order_id) == [1])


@pytest.fixture
def another_log() -> Iterator[None]:
    """Let the projection have known another log than there is."""
    catch_up()
    Checkpoint.objects.using("query").filter(name=stored(WEBHOOKS)).update(
        hash=b"another"
    )
    yield
    call_command("webhooks", "resume", "--after", str(feed.head()))
    catch_up()


def test_another_log_stops_it_until_somebody_says_where_to_go_on(
    admin: Admin, another_log: None, capsys: pytest.CaptureFixture[str]
) -> None:
    admin.adds("shop", NOWHERE)
    stood_at = checkpoint(projection=WEBHOOKS)
    order = an_order(a_customer())
    with pytest.raises(projector.LogReplaced, match="webhooks resume"):
        projector.step(WEBHOOKS)
    assert "webhooks resume" in queries.halts()[WEBHOOKS]
    assert administrator().get("/healthz/ready").status_code == 200
    with pytest.raises(CommandError, match="no event at position"):
        call_command("webhooks", "resume", "--after", str(order.position + 10**9))

    call_command("webhooks", "resume", "--after", str(stood_at))
    catch_up()

    assert f"webhooks go on after {stood_at}" in capsys.readouterr().out
    assert noted(order.order_id) == [1]
    assert queries.halts()[WEBHOOKS] == ""


def test_a_long_past_is_given_in_parts_and_what_was_parked_is_not_doubled(
    admin: Admin, services: Embedded, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("first", NOWHERE)
    order_id = an_order(a_customer()).order_id
    catch_up()
    with unreadable(services, lambda: confirmed(order_id), 2):
        shipped(order_id)
        end = catch_up()
        parked = [one.name for one in projector.waiting(stream_id=order_id)]
        # However much other tests have left, it takes a moment to send.
        shop.secret = admin.adds("shop", shop.url, after=str(max(0, end - LONG)))
        sender.start()
        eventually(lambda: endpoint("shop").cursor is None, 60)
        assert noted(order_id) == [1]
        assert max(one.position for one in deliveries("shop")) <= end

    for name in parked:
        projector.retry(name, order_id, actor="system:tests")

    eventually(lambda: shop.versions_of(order_id) == [1, 2, 3], 20)
