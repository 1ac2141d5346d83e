"""Parked deliveries that an older sender could not word: a newer one sends them."""

import logging

from orders_query.databases import PRIMARY
from orders_query.models import DeliveryState, WebhookDelivery
from orders_query.webhooks import deciding
from orders_query.webhooks.messages import UNREADABLE, Message, messages

logger = logging.getLogger(__name__)

ACTOR = "system:upgrade"
AT_ONCE = 500  # deliveries; by chance, so that none of them hides the others


def redeliver_unreadable() -> int:
    """
    Let be sent what is parked since who claimed it could not read it, and we can.

    Return how many deliveries; what is still unreadable is not touched.
    """
    parked = WebhookDelivery.objects.using(PRIMARY).filter(
        state=DeliveryState.PARKED, outcome=UNREADABLE, endpoint__enabled=True
    )
    worded = messages(parked.order_by("?")[:AT_ONCE])
    pks = [pk for pk, message in worded.items() if isinstance(message, Message)]
    if not pks:
        return 0
    count = deciding.redeliver_unreadable(pks, actor=ACTOR)
    logger.info("%s webhooks are due that an older sender could not read", count)
    return count
