"""The addresses of the house, with one view in it that nobody has finished."""

from typing import Any, NoReturn

from django.urls import path
from rest_framework.views import APIView

from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as sound

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


class Broken(APIView):
    needs = None

    def get(self, *_: Any) -> NoReturn:
        raise RuntimeError("secret")


urlpatterns = [path("api/broken", Broken.as_view()), *sound]
