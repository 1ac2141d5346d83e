"""The command side of the REST API."""

from orders_command.api.views import OrderCommands

__all__ = ["OrderCommands"]
