"""An administrator at the admin's pages of webhooks."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from orders_query.models import WebhookDelivery, WebhookEndpoint
from tests.pages.visiting import signed_in, text
from tests.people import administrator

ENDPOINTS = "/admin/orders_query/webhookendpoint/"
DELIVERIES = "/admin/orders_query/webhookdelivery/"
SECRET = re.compile(r"shown only now: (whsec_[A-Za-z0-9+/=]+)")


@dataclass(kw_only=True)
class Admin:
    client: Client = field(default_factory=lambda: signed_in(administrator()))

    def adds(self, name: str, url: str, **more: Any) -> str:
        """Make an endpoint, and return the secret that the next page shows."""
        answer = self.fills_in(name, url, **more)
        assert answer.redirect_chain, text(answer)
        return secret_in(answer)

    def fills_in(self, name: str, url: str, **more: Any) -> Any:
        form = {"name": name, "url": url, "enabled": "on", **more}
        return self.client.post(f"{ENDPOINTS}add/", form, follow=True)

    def changes(self, name: str, **form: Any) -> Any:
        """Send the form of an endpoint; what is not ticked is off."""
        found = endpoint(name)
        sent = {"name": name, "url": found.url, "types": found.types, **form}
        return self.client.post(f"{ENDPOINTS}{found.pk}/change/", sent, follow=True)

    def does(self, action: str, name: str, **form: str) -> Any:
        """Tick an endpoint, and do something with it."""
        sent = {"action": action, "_selected_action": [endpoint(name).pk], **form}
        return self.client.post(ENDPOINTS, sent, follow=True)

    def decides(self, action: str, *deliveries: WebhookDelivery, **form: str) -> Any:
        pks = [one.pk for one in deliveries]
        sent = {"action": action, "_selected_action": pks, **form}
        return self.client.post(DELIVERIES, sent, follow=True)

    def deletes(self, name: str) -> Any:
        path = f"{ENDPOINTS}{endpoint(name).pk}/delete/"
        return self.client.post(path, {"post": "yes"}, follow=True)


def secret_in(answer: Any) -> str:
    found = SECRET.search(text(answer))
    assert found, text(answer)
    return found[1]


def endpoint(name: str) -> WebhookEndpoint:
    return WebhookEndpoint.objects.using("query").get(name=name)


def deliveries(name: str, **wanted: Any) -> list[WebhookDelivery]:
    """Return what is to be sent to an endpoint, or was, in the log's order."""
    found = WebhookDelivery.objects.using("query").filter(endpoint__name=name, **wanted)
    return list(found.order_by("position"))


def states(name: str) -> set[str]:
    return {one.state for one in deliveries(name)}
