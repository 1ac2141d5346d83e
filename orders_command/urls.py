"""Where the command side is found."""

api_urlpatterns: list[object] = []
page_urlpatterns: list[object] = []
