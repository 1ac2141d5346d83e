"""Carrier and tracking number as the text of a remark, and back."""

import json

from orders_command.events import Shipment


def text_of(*, carrier: str | None, tracking_number: str | None) -> str:
    """Return both as one text, empty if there is neither."""
    known = {"carrier": carrier, "trackingNumber": tracking_number}
    given = {name: value for name, value in known.items() if value}
    return json.dumps(given, ensure_ascii=False) if given else ""


def told(text: str) -> Shipment:
    """Return the carrier and the tracking number that a text was made of."""
    given = json.loads(text)
    return Shipment(
        carrier=given.get("carrier"), tracking_number=given.get("trackingNumber")
    )
