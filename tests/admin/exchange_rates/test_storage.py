import pytest

from chalicelib.admin.exchange_rates import storage
from chalicelib.tables.exchange_rates import BASE, NETWORK, ExchangeRatesRow
from tests.conftest import Api
from tests.documents import good

BODY = {"base": "USD", "rates": {"EUR": "1.08"}}


def test_row_of_the_base_is_no_day(admin: Api) -> None:
    good(admin.put("/admin/exchange-rates", {**BODY, "from": "2026-11-01"}))
    assert [row.day for row in storage.newest_days(10)] == ["2026-11-01"]
    base = storage.base_row()
    assert base
    assert (base.base, base.version, base.rates) == ("USD", 1, None)


def test_another_change_in_the_meantime_is_not_lost(
    admin: Api, monkeypatch: pytest.MonkeyPatch, unhurried: list[float]
) -> None:
    good(admin.put("/admin/exchange-rates", {**BODY, "from": "2026-11-01"}))
    read = storage.base_row
    stale = [ExchangeRatesRow(NETWORK, BASE, base="USD", version=7, updated_at="")]
    monkeypatch.setattr(storage, "base_row", lambda: stale.pop() if stale else read())
    assert good(admin.put("/admin/exchange-rates", {**BODY, "from": "2026-11-02"}))["version"] == 2
    assert len(unhurried) == 1
