"""The life of a web process: how many connections it may have, and how it ends."""

import asyncio
import resource
import signal

from config.serving.asgi import Receive, Send
from config.serving.hub import Hub
from config.tracing import starting


async def live(receive: Receive, send: Send, *, hub: Hub) -> None:
    """Answer granian's lifespan messages."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            _allow_many_connections()
            _let_listeners_go_first(hub)
            await send({"type": "lifespan.startup.complete"})
        else:
            starting.end()
            await send({"type": "lifespan.shutdown.complete"})
            return


def _allow_many_connections() -> None:
    """Each listener is an open file, and many a shell allows 1,024 of them."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _let_listeners_go_first(hub: Hub) -> None:
    """
    Close the hub when the process is told to end.

    Granian waits for open connections before it ends the lifespan, so this has to come
    before. It hears SIGINT and SIGTERM alike, and the former goes to it unseen.
    """

    def end() -> None:
        hub.close()
        signal.raise_signal(signal.SIGINT)

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)
