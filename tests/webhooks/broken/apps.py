"""What is taken out of the sender when it starts."""

from django.apps import AppConfig


class Unordered(AppConfig):
    """Nothing waits for an earlier event of its order."""

    name = "tests.webhooks.broken"
    label = "broken"

    def ready(self) -> None:
        from orders_query.webhooks import statements

        statements.CLAIM = statements.CLAIM.replace(statements.IS_FIRST, "true")
