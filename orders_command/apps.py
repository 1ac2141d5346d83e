from django.apps import AppConfig


class OrdersCommandConfig(AppConfig):
    name = "orders_command"
    verbose_name = "Orders (command side)"

    def ready(self) -> None:
        from orders_command import receivers  # noqa: F401
