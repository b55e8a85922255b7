from typing import Any

import pytest

from chalicelib.notifications.preferences import Audience, email_choices
from chalicelib.tables.settings import NetworkSettingsRow
from tests.conftest import Api
from tests.documents import errors_by_pointer, good, new_campaign
from tests.people import new_user
from tests.tracking_domains.rows import a_domain, an_active_domain

SETTINGS = "/admin/settings"
DEFAULTS: dict[str, Any] = {
    "name": "Smartlink network",
    "contact": "",
    "timezone": "UTC",
    "publisher_sign_up": "closed",
    "sign_up_questions": [],
    "base_currency": None,
    "version": 0,
    "updated_at": None,
}


def test_settings_have_defaults(admin: Api) -> None:
    shown = admin.get(SETTINGS)
    assert (shown.json, shown.headers["ETag"]) == (DEFAULTS, '"0"')


def test_edit_changes_only_the_given_fields(admin: Api) -> None:
    good(admin.put("/admin/exchange-rates", {"base": "EUR", "rates": {}}))
    first = good(admin.patch(SETTINGS, {"name": "Acme", "timezone": "Europe/Berlin"}, If_Match='"0"'))
    assert first == {
        **DEFAULTS,
        "name": "Acme",
        "timezone": "Europe/Berlin",
        "base_currency": "EUR",
        "version": 1,
        "updated_at": first["updated_at"],
    }
    second = good(admin.patch(SETTINGS, {"contact": "help@acme.example", "name": None}))
    assert second == {
        **first,
        "name": "Smartlink network",
        "contact": "help@acme.example",
        "version": 2,
        "updated_at": second["updated_at"],
    }
    assert good(admin.get(SETTINGS)) == second
    assert admin.patch(SETTINGS, {"name": "x"}, If_Match='"1"').status == 412


WRONG: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "no time zone": ({"timezone": "Berlin"}, {"/timezone": "is not a known time zone: Berlin"}),
    "six questions": ({"sign_up_questions": ["?"] * 6}, {"/sign_up_questions": "must have at most 5 entries"}),
    "a long question": (
        {"sign_up_questions": ["x" * 201]},
        {"/sign_up_questions/0": "must have at most 200 characters"},
    ),
    "the base currency": ({"base_currency": "EUR"}, {"/base_currency": "is not a known field"}),
    "sign-up without e-mail": (
        {"publisher_sign_up": "open"},
        {"/publisher_sign_up": "must be closed as long as no e-mail is sent; deploy with EMAIL_FROM first"},
    ),
    "an empty name": ({"name": ""}, {"/name": "must not be empty"}),
}


@pytest.mark.parametrize(("change", "errors"), WRONG.values(), ids=WRONG)
def test_invalid_setting_is_reported_with_its_pointer(
    admin: Api, change: dict[str, Any], errors: dict[str, str]
) -> None:
    assert errors_by_pointer(admin.patch(SETTINGS, change)) == errors
    assert list(NetworkSettingsRow.scan()) == []


def test_publishers_may_sign_up_where_e_mail_is_sent(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_FROM", "network@acme.example")
    assert good(admin.patch(SETTINGS, {"publisher_sign_up": "open"}))["publisher_sign_up"] == "open"
    monkeypatch.delenv("EMAIL_FROM")
    assert good(admin.patch(SETTINGS, {"name": "Acme"}))["publisher_sign_up"] == "open"


def test_change_of_settings_is_audited(admin: Api) -> None:
    good(admin.patch(SETTINGS, {"name": "Acme"}))
    (entry,) = good(admin.get("/admin/audit?subject=settings"))["items"]
    assert [entry[side]["name"] for side in ("before", "after")] == ["Smartlink network", "Acme"]


def test_manager_edits_settings_and_an_analyst_reads_them(admin: Api) -> None:
    manager, analyst = new_user(admin, "manager", "Ben"), new_user(admin, "analyst", "Cleo")
    assert [each.api.patch(SETTINGS, {"name": "Acme"}).status for each in (manager, analyst)] == [200, 403]
    assert good(analyst.api.get(SETTINGS))["name"] == "Acme"


# The caller


def test_user_sees_themselves_and_the_network(admin: Api) -> None:
    user = new_user(admin, "analyst")
    good(admin.patch(SETTINGS, {"name": "Acme", "timezone": "Asia/Tokyo"}))
    for currency in ("USD", "EUR", "USD"):
        new_campaign(admin, currency=currency)
    for host in ("b.example", "a.example"):
        an_active_domain(host)
    a_domain("c.example")
    assert good(user.api.get("/admin/me")) == {
        "user": {
            "id": user.id,
            "name": "Ben",
            "email": "ben@network.example",
            "role": "analyst",
            "email_notifications": email_choices({}, Audience.STAFF),
            "version": 1,
        },
        "role": "analyst",
        "network_name": "Acme",
        "timezone": "Asia/Tokyo",
        "currencies": ["EUR", "USD"],
        "tracking_domains": ["a.example", "b.example"],
    }


def test_owner_of_the_keys_of_earlier_releases_sees_themselves(admin: Api) -> None:
    shown = good(admin.get("/admin/me"))
    assert (shown["user"]["id"], shown["user"]["role"], shown["user"]["email"]) == ("admin", "owner", None)
    assert (shown["currencies"], shown["tracking_domains"]) == ([], [])


def test_user_who_is_removed_during_the_request_is_not_found(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.admin.settings.views.find_user", lambda _: None)
    assert admin.get("/admin/me").status == 404
