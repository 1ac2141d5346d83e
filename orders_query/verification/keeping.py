"""Verifies a sample from time to time, and keeps what came of it."""

import logging
import threading

import psycopg
from django.conf import settings
from django.db import Error, connections
from django.utils import timezone

from orders_query.databases import PRIMARY
from orders_query.models import Verification
from orders_query.verification.nodes import ABSENT, CannotVerify, snapshots
from orders_query.verification.verifying import Report, verify

logger = logging.getLogger(__name__)

KEPT = 100  # verifications
SHOWN = 10  # findings of each
_at_work = threading.Lock()


def sample_in_background() -> None:
    """Verify a sample in a thread: the projector is not held up by it."""
    threading.Thread(target=_sample, name="verify a sample", daemon=True).start()


def verify_sample() -> Report:
    """Verify a sample, keep the result, and raise the alarm if anything differs."""
    with snapshots(is_held=False) as taken:
        report = verify(taken, sample=settings.VERIFY_SAMPLE)
    keep(report)
    return report


def keep(report: Report) -> None:
    """Keep a report for the sync page and the metrics; log what it has found."""
    table = Verification.objects.using(PRIMARY)
    kept = table.create(
        at=timezone.now(),
        orders=report.orders,
        customers=report.customers,
        differences=report.differences,
        findings=[str(finding) for finding in report.findings[:SHOWN]],
        seconds=report.seconds,
    )
    table.filter(pk__lte=kept.pk - KEPT).delete()
    for finding in report.findings[:SHOWN]:
        level = logging.WARNING if finding.kind == ABSENT else logging.ERROR
        logger.log(level, "Verification: %s", finding)


def _sample() -> None:
    if not _at_work.acquire(blocking=False):
        return
    try:
        verify_sample()
    except (CannotVerify, Error, psycopg.Error) as error:
        logger.warning("No sample was verified: %s", type(error).__name__)
    finally:
        connections.close_all()
        _at_work.release()
