"""Every address of the house."""

from typing import Any

from django.contrib import admin
from django.urls import include, path, re_path

import customers.urls
import orders_command.urls
import orders_query.urls
from config import documentation, health, metrics
from config.access import urls as access
from config.access.api import Nothing

api_urlpatterns: list[Any] = [
    path("command/", include(orders_command.urls.api_urlpatterns)),
    path("query/", include(orders_query.urls.api_urlpatterns)),
    path("", include(customers.urls.api_urlpatterns)),
    path("", include(orders_query.urls.customer_api_urlpatterns)),
    path("", include(access.api_urlpatterns)),
    path("schema", documentation.Schema.as_view(), name="schema"),
    path("docs", documentation.Docs.as_view(), name="docs"),
    re_path("", Nothing.as_view()),
]
order_pages = orders_query.urls.page_urlpatterns + orders_command.urls.page_urlpatterns

urlpatterns = [
    path("api/", include(api_urlpatterns)),
    path("healthz/live", health.live),
    path("healthz/ready", health.ready),
    path("metrics", metrics.Metrics.as_view()),
    path("", include(access.page_urlpatterns)),
    path("admin/", admin.site.urls),
    path("", include((order_pages, "orders"))),
    path("", include((customers.urls.page_urlpatterns, "customers"))),
]

handler400 = "config.pages.bad_request"
handler403 = "config.pages.forbidden"
handler404 = "config.pages.not_found"
handler500 = "config.pages.server_error"
