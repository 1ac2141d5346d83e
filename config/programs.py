"""Which requests come from programs: to the API, with a token."""

from django.http import HttpRequest

_THEIRS = ("/api/command/", "/api/query/", "/api/customers")


def is_of_a_program(request: HttpRequest) -> bool:
    """Tell whether a request is the API's, and names its caller by a token."""
    scheme = request.META.get("HTTP_AUTHORIZATION", "")[:7]
    return scheme.lower() == "bearer " and request.path_info.startswith(_THEIRS)
