"""The addresses of the house, with some in it that fail: 500 and 503, twice each."""

from typing import NoReturn

from django.db import OperationalError
from django.http import HttpRequest
from django.urls import path, re_path

from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as sound

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def fail(request: HttpRequest) -> NoReturn:
    words = request.headers.get("X-Words", "nobody has finished this")
    raise RuntimeError(f"\n{words}\x1b[2K")


def be_away(request: HttpRequest) -> NoReturn:
    raise OperationalError("the server is away")


urlpatterns = [
    re_path(r"^broken[\s\S]*", fail),
    path("api/broken", fail),
    path("away", be_away),
    path("api/away", be_away),
    *sound,
]
