"""What administrators ask for, written down for the owner's process."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from orders_command import feed
from orders_query.databases import PRIMARY
from orders_query.models import Rebuilder, RebuildRequest, State
from orders_query.models.requests import OPEN
from orders_query.projector import LogReplaced, told
from orders_query.rebuilding.carrying import NotCarriedOut, Wish, refuse_the_impossible
from orders_query.rebuilding.swapping import SwapRefused
from orders_query.verification import CannotVerify

EVENTS_A_SECOND = 4_000  # filled, compared and swapped in (make bench ARGS=rebuild)
ABSENT_AFTER = timedelta(seconds=15)  # without a sign of life
_IN_OUR_WORDS = (NotCarriedOut, SwapRefused, CannotVerify, LogReplaced)


class AlreadyAsked(NotCarriedOut):
    """Something is asked for or under way, and not ended."""


def ask(wish: Wish, *, asked_by: str) -> RebuildRequest:
    """
    Ask for something to be done with a projection's sets.

    :raises NotCarriedOut: if it cannot be done, or something else is still open
    """
    refuse_the_impossible(wish)
    try:
        with transaction.atomic(using=PRIMARY):
            return requests().create(
                projection=wish.projection,
                action=wish.action,
                accepts_differences=wish.accepts_differences,
                asked_by=asked_by,
                asked_at=timezone.now(),
            )
    except IntegrityError as error:
        name = wish.projection
        raise AlreadyAsked(f"Something is already to be done with {name}.") from error


def take_back(pk: int, *, by: str) -> bool:
    """Cancel what is only asked for; return whether it was not too late."""
    request = requests().filter(pk=pk, state=State.ASKED).first()
    if request is None:
        return False
    outcome = "taken back before it was begun"
    if by != request.asked_by:
        outcome += f", by {by}"
    cancelled = {"state": State.CANCELLED, "ended_at": timezone.now()}
    waiting = requests().filter(pk=pk, state=State.ASKED)
    return bool(waiting.update(**cancelled, outcome=outcome))


def latest() -> dict[str, RebuildRequest]:
    """Return the last request of each projection."""
    last = requests().order_by("projection", "-id").distinct("projection")
    return {request.projection: request for request in last}


def is_anybody_there() -> bool:
    """Tell whether a process that carries requests out has been seen lately."""
    since = timezone.now() - ABSENT_AFTER
    return Rebuilder.objects.using(PRIMARY).filter(seen_at__gt=since).exists()


def seconds_expected() -> float:
    """Return how long a rebuild of all that the log has may take."""
    return feed.about_how_many() / EVENTS_A_SECOND


def open_ones() -> list[RebuildRequest]:
    """Return what waits to be carried out; what was begun comes first."""
    return list(requests().filter(state__in=OPEN).order_by("begun_at", "id"))


def take(request: RebuildRequest) -> bool:
    """Begin with a request, or go on; return False if it is not open any more."""
    begun_at = request.begun_at or timezone.now()
    return bool(_open(request).update(state=State.RUNNING, begun_at=begun_at))


def note(request: RebuildRequest, **values: Any) -> None:
    """Write down how far a request is, while it is open."""
    _open(request).update(**values)


def settle(request: RebuildRequest, outcome: str, *, findings: list[str]) -> None:
    """Note that it is done."""
    _end(request, State.DONE, outcome=outcome, findings=findings)


def fail(request: RebuildRequest, error: Exception, *, findings: list[str]) -> None:
    """Note that it is not done, in words that quote no row."""
    words = str(error) if isinstance(error, _IN_OUR_WORDS) else told(error)
    _end(request, State.FAILED, outcome=words, findings=findings)


def requests() -> QuerySet[RebuildRequest]:
    """Return all of them, from where they are written."""
    return RebuildRequest.objects.using(PRIMARY)


def _end(request: RebuildRequest, state: State, **values: Any) -> None:
    _open(request).update(state=state, ended_at=timezone.now(), **values)


def _open(request: RebuildRequest) -> QuerySet[RebuildRequest]:
    return requests().filter(pk=request.pk, state__in=OPEN)
