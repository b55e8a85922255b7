import pytest

from chalicelib.admin.smartlinks.list_schemas import FiguresPeriod, SmartlinkQuery, SmartlinkSort, SmartlinkSummary
from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed


def test_row_has_exactly_the_documented_fields() -> None:
    fields = "id name description tags visibility status rotation goal offer_count live_count pending_count"
    fields += " warning_count version created_at updated_at"
    fields += " clicks conversions payout revenue epc fallback_share currency series"
    assert set(SmartlinkSummary.model_fields) == set(fields.split())


@pytest.mark.parametrize(("period", "days"), [("today", 1), ("7d", 7), ("30d", 30)])
def test_period_has_its_days(period: str, days: int) -> None:
    assert FiguresPeriod(period).days == days


@pytest.mark.parametrize("sort", [each for each in SmartlinkSort if each.is_by_figure])
def test_order_of_a_figure_needs_figures(sort: SmartlinkSort) -> None:
    assert validate(SmartlinkQuery, {"sort": sort, "figures": "7d"}).sort is sort
    with pytest.raises(ValidationFailed) as caught:
        validate(SmartlinkQuery, {"sort": sort})
    assert [pointer for pointer, _ in caught.value.errors] == ["/sort"]


def test_unknown_period_is_the_only_error() -> None:
    with pytest.raises(ValidationFailed) as caught:
        validate(SmartlinkQuery, {"sort": "-clicks", "figures": "year"})
    assert [pointer for pointer, _ in caught.value.errors] == ["/figures"]
