"""Addresses of signing in and out, and of who one is."""

from django.urls import path

from config.access import api, pages

api_urlpatterns = [path("me", api.Me.as_view(), name="me")]
page_urlpatterns = [
    path("sign-in", pages.sign_in, name="sign-in"),
    path("sign-out", pages.sign_out, name="sign-out"),
    # Before the admin's own.
    path("admin/login/", pages.admin_sign_in),
    path("admin/logout/", pages.sign_out),
]
