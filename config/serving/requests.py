"""One request, which may be put to Django more than once."""

from dataclasses import dataclass
from typing import Any

from config.serving.asgi import Scope, Send
from config.serving.bodies import Body
from config.serving.environ import Environ, environ_of
from config.serving.presence import Presence


@dataclass(slots=True)
class Request:
    scope: Scope
    body: Body
    send: Send
    presence: Presence

    def environ(self, **more: Any) -> Environ:
        """Return a new environ: Django leaves its marks in the one it is given."""
        environ = environ_of(self.scope, self.body)
        environ["orders.gone"] = self.presence.gone
        for name, value in more.items():
            environ[f"orders.{name}"] = value
        return environ
