"""Addresses of signing in and out, and of who one is."""

from django.urls import path

from config.access import account, api, pages, recovering

api_urlpatterns = [path("me", api.Me.as_view(), name="me")]
page_urlpatterns = [
    path("sign-in", pages.sign_in, name="sign-in"),
    path("sign-in/forgotten", recovering.forgotten, name="forgotten"),
    path("sign-in/forgotten/sent", recovering.forgotten_sent, name="forgotten-sent"),
    path(
        "sign-in/new-password/<uidb64>/<token>",
        recovering.new_password,
        name="new-password",
    ),
    path("sign-out", pages.sign_out, name="sign-out"),
    path("account", account.account, name="account"),
    path("account/password", account.change_password, name="password"),
    path("account/tokens/<uuid:token_id>/revoke", account.revoke, name="revoke-token"),
    # Before the admin's own.
    path("admin/login/", pages.admin_sign_in),
    path("admin/logout/", pages.sign_out),
]
