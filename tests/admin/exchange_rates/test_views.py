from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.admin.exchange_rates import views
from tests.conftest import Api, ApiResponse
from tests.documents import errors_by_pointer, good, new_publisher

PATH = "/admin/exchange-rates"


def put(admin: Api, day: str = "2026-11-01", *, base: str = "USD", if_match: str = "*", **changes: Any) -> ApiResponse:
    return admin.put(PATH, {"base": base, "rates": {"EUR": "1.08"}, "from": day, **changes}, If_Match=if_match)


def test_there_are_no_rates_at_first(admin: Api) -> None:
    assert good(admin.get(PATH)) == {
        "base": None,
        "from": None,
        "rates": {},
        "history": [],
        "version": 0,
        "updated_at": None,
    }


def test_rates_of_today_are_shown_with_all_days(admin: Api) -> None:
    for day, rate in (("2020-01-02", "1.11"), ("2020-01-01", "1.12"), ("2099-01-01", "1.30")):
        good(put(admin, day, rates={"EUR": rate}))
    document = good(admin.get(PATH))
    assert (document["base"], document["from"], document["rates"]) == ("USD", "2020-01-02", {"EUR": "1.11"})
    assert document["history"] == [
        {"from": "2099-01-01", "rates": {"EUR": "1.30"}},
        {"from": "2020-01-02", "rates": {"EUR": "1.11"}},
        {"from": "2020-01-01", "rates": {"EUR": "1.12"}},
    ]
    assert document["version"] == 3


def test_rates_of_the_same_day_are_replaced(admin: Api) -> None:
    good(put(admin, rates={"EUR": "1.08", "GBP": "1.27"}))
    document = good(put(admin, rates={"EUR": "1.09"}))
    assert document["history"] == [{"from": "2026-11-01", "rates": {"EUR": "1.09"}}]


def test_repeated_request_changes_nothing(admin: Api) -> None:
    assert [good(put(admin))["version"] for _ in range(2)] == [1, 1]
    assert len(good(admin.get("/admin/audit?subject=exchange-rates"))["items"]) == 1


def test_rates_are_in_force_from_today_by_default(admin: Api) -> None:
    answer = admin.put(PATH, {"base": "USD", "rates": {"EUR": "1.08"}})
    now = datetime.now(UTC)
    assert good(answer)["from"] in {day.date().isoformat() for day in (now, now - timedelta(seconds=10))}


def test_rate_of_the_base_is_always_one(admin: Api) -> None:
    assert good(put(admin, rates={"USD": "1.00", "EUR": "1.08"}))["history"][0]["rates"] == {"EUR": "1.08"}
    assert errors_by_pointer(put(admin, rates={"USD": "2"})) == {
        "/rates": "must not contain the base currency USD: its rate is always 1"
    }


def test_base_cannot_change(admin: Api) -> None:
    good(put(admin))
    assert errors_by_pointer(put(admin, base="EUR", rates={})) == {
        "/base": "must be USD: the base currency cannot change once it is set"
    }


def test_all_errors_are_returned_together(admin: Api) -> None:
    response = put(admin, "2026-13-01", base="usd", rates={"eur": "1", "GBP": "0", "CHF": "x"})
    iso, rate = "must be an ISO 4217 currency code such as USD", "must be a decimal string above 0 with at most 12"
    errors = errors_by_pointer(response)
    assert errors["/base"] == f"{iso}; use USD"
    assert errors["/rates/eur"] == f"{iso}; use EUR"
    assert errors["/rates/GBP"].startswith(rate)
    assert errors["/rates/CHF"].startswith(rate)
    assert errors["/from"] == "must be a day between 2000-01-01 and 2100-01-01, such as 2026-11-01"
    assert len(errors) == 5


@pytest.mark.parametrize("day", ["1999-12-31", "2100-01-01", "20261101", "soon", "2026-11-01T00:00:00Z"])
def test_first_day_must_be_a_day(admin: Api, day: str) -> None:
    assert list(errors_by_pointer(put(admin, day))) == ["/from"]


def test_stale_version_is_refused(admin: Api) -> None:
    good(put(admin))
    assert put(admin, if_match='"0"').status == 412
    answer = put(admin, if_match='"1"', rates={"EUR": "1.09"})
    assert (answer.status, answer.headers["ETag"]) == (200, '"2"')


def test_change_is_in_the_audit_log(admin: Api) -> None:
    good(put(admin))
    good(put(admin, rates={"EUR": "1.09"}))
    newest, oldest = good(admin.get("/admin/audit?subject=exchange-rates"))["items"]
    before = {"from": "2026-11-01", "base": "USD", "rates": {"EUR": "1.08"}}
    assert (oldest["before"], oldest["after"], oldest["action"]) == (None, before, f"PUT {PATH}")
    assert (newest["before"], newest["after"]) == (before, {**before, "rates": {"EUR": "1.09"}})


def test_history_is_bounded(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MAX_HISTORY", 1)
    good(put(admin, "2026-11-01"))
    document = good(put(admin, "2026-11-02"))
    assert [each["from"] for each in document["history"]] == ["2026-11-02"]


def test_publishers_may_not_read_or_set_rates(admin: Api) -> None:
    ann = new_publisher(admin).api
    assert [ann.get(PATH).status, put(ann).status] == [403, 403]
