"""One request, which may be put to Django more than once."""

from dataclasses import dataclass

from config.serving.answering import Answer
from config.serving.asgi import Headers, Send, send_part, send_start
from config.serving.bodies import Body
from config.serving.environ import Environ, again
from config.serving.presence import Presence


@dataclass(frozen=True, kw_only=True)
class Request:
    environ: Environ
    body: Body
    send: Send
    presence: Presence

    def asked(self, *, may_hold: bool, **more: str) -> Environ:
        """Return the environ to ask Django with, the first time or once more."""
        gone = self.presence.gone
        return again(self.environ, self.body, gone=gone, may_hold=may_hold, **more)

    async def start(self, status: int, headers: Headers) -> None:
        await send_start(self.send, status, headers)

    async def part(self, body: bytes, *, more: bool) -> None:
        await send_part(self.send, body, more=more)

    async def answer(self, answer: Answer) -> None:
        await give(self.send, answer)


async def give(send: Send, answer: Answer) -> None:
    """Send the whole answer, unless a thread has done it."""
    if answer.body is not None:
        await send_start(send, answer.status, answer.headers)
        await send_part(send, answer.body, more=False)
