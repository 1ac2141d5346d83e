"""One's own account: tokens that are shown once, and a new password."""

import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from config.access import account
from config.access.models import ApiToken, issue_token
from config.local.embedded import Embedded
from tests.browser.conftest import Visit
from tests.pages.visiting import signed_in
from tests.people import PASSWORD, an_email, desk_clerk, somebody
from tests.waiting import eventually


def works(token: str) -> bool:
    sent = Client().get("/api/me", headers={"Authorization": f"Bearer {token}"})
    return sent.status_code == 200


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_token_is_shown_once_works_and_is_revoked(
    visit: Visit, *, scripts: bool
) -> None:
    caller = desk_clerk()
    page = visit(caller, java_script_enabled=scripts)
    page.goto("/account")
    page.get_by_label("Name", exact=True).fill("<b>laptop</b>")
    page.get_by_role("button", name="Make a token").click()
    token = page.locator("#issued").inner_text()

    assert works(token)
    page.goto("/account")
    expect(page.locator("#issued")).to_have_count(0)
    expect(page.get_by_role("rowheader", name="<b>laptop</b>")).to_be_visible()
    page.get_by_role("row", name="laptop").get_by_role("button").click()
    expect(page.get_by_role("row", name="laptop")).to_contain_text("Revoked")
    record = ApiToken.objects.get(user=caller.user, name="<b>laptop</b>")
    assert record.revoked_at is not None


def test_what_is_wrong_with_a_token_is_told() -> None:
    client = signed_in(desk_clerk())

    page = client.post("/account", {"name": "", "scopes": ["metrics"], "days": "999"})

    assert page.status_code == 422
    html = page.content.decode()
    for told in ("required", "metrics is not one", "less than or equal to 365"):
        assert told in html


def test_only_so_many_tokens_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "MOST", 1)
    client = signed_in(desk_clerk())
    sent = {"name": "one", "scopes": ["read"], "days": "1"}

    assert client.post("/account", sent).status_code in {200, 422}
    assert "Revoke one first" in client.post("/account", sent).content.decode()


def test_another_person_s_token_is_neither_seen_nor_revoked() -> None:
    theirs = issue_token(desk_clerk().user, name="somebody else's").record
    client = signed_in(desk_clerk())

    assert "somebody else" not in client.get("/account").content.decode()
    assert client.post(f"/account/tokens/{theirs.pk}/revoke").status_code == 404
    theirs.refresh_from_db()
    assert theirs.revoked_at is None


def test_a_view_that_revokes_anybody_s_would_be_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(account, "_own", lambda _: ApiToken.objects.all())

    with pytest.raises(AssertionError):
        test_another_person_s_token_is_neither_seen_nor_revoked()


def test_a_new_password_ends_the_other_sessions(visit: Visit) -> None:
    caller = somebody("order desk", password=PASSWORD)
    other = signed_in(caller)
    page = visit(caller)
    page.goto("/account/password")
    page.get_by_label("Old password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("12345")
    page.get_by_label("New password confirmation").fill("12345")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("alert").first).to_contain_text("too short")

    new = "another horse in the stable"
    page.get_by_label("Old password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(new)
    page.get_by_label("New password confirmation").fill(new)
    page.get_by_role("button", name="Change it").click()

    expect(page.get_by_role("status").first).to_contain_text("is changed")
    assert other.get("/orders").status_code == 302


def test_strangers_have_no_account() -> None:
    for path in ("/account", "/account/password"):
        assert Client().get(path)["Location"] == f"/sign-in?next={path}"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_forgotten_password_is_replaced_by_mail(
    visit: Visit, services: Embedded, *, scripts: bool
) -> None:
    user = somebody("order desk", password=PASSWORD).user
    user.email = an_email()
    user.save()
    page = visit(java_script_enabled=scripts)
    page.goto("/sign-in")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("status")).to_contain_text("on its way")

    page.goto(eventually(lambda: link_in_mail(services, user.email)))
    assert page.url.endswith("/set-password")
    new = "another horse in the stable"
    page.get_by_label("New password", exact=True).fill(new)
    page.get_by_label("New password confirmation").fill(new)
    page.get_by_role("button", name="Set it").click()
    expect(page.get_by_role("status").first).to_contain_text("tokens have ended")
    page.get_by_label("User name").fill(user.username)
    page.get_by_label("Password").fill(new)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Dashboard")


def link_in_mail(services: Embedded, email: str) -> str:
    """Return the link that the web server has sent, empty until there is one."""
    for path in (services.var_dir / "mail").glob("*.log"):
        if f"To: {email}" in (text := path.read_text()):
            found = re.search(r"http://127\.0\.0\.1\S+", text)
            return found[0] if found else ""
    return ""
