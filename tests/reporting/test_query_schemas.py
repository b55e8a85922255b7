import pytest

from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.query_schemas import OwnReportQuery, PeriodQuery, ReportQuery


def errors(model: type[PeriodQuery], **parameters: str) -> dict[str, str]:
    with pytest.raises(ValidationFailed) as raised:
        validate(model, parameters)
    return dict(raised.value.errors)


def test_report_is_by_day_and_click_as_json_by_default() -> None:
    query = validate(ReportQuery, {})
    assert (query.dimensions, query.by, query.format, query.timezone, query.filters) == (
        ("day",),
        "click",
        "json",
        "UTC",
        {},
    )


def test_filters_are_named_by_dimension() -> None:
    parameters = {
        "smartlink_id": "sml_1",
        "campaign_id": "cmp_1",
        "publisher_id": "pub_1",
        "country": "US",
        "device": "mobile",
        "os": "ios",
        "sub1": "a",
    }
    assert validate(ReportQuery, parameters).filters == {
        "smartlink": "sml_1",
        "campaign": "cmp_1",
        "publisher": "pub_1",
        "country": "US",
        "device": "mobile",
        "os": "ios",
        "sub1": "a",
    }


def test_empty_parameters_are_ignored() -> None:
    query = validate(ReportQuery, {"from": "", "smartlink_id": "", "timezone": "", "group_by": "", "device": ""})
    assert query == validate(ReportQuery, {})
    assert query.parameters == {}


def test_parameters_are_returned_as_sent() -> None:
    sent = {"from": "2026-11-01", "group_by": "hour,sub1", "device": "mobile", "format": "csv"}
    assert validate(ReportQuery, sent).parameters == sent


def test_all_errors_are_returned_together() -> None:
    details = errors(
        ReportQuery,
        **{"from": "soon", "to": "2026-11-01T13:05:00Z"},
        group_by="campaign,colour",
        timezone="Mars",
        country="usa",
        device="fridge",
        by="luck",
        format="pdf",
        currency="dollars",
        colour="red",
    )
    assert sorted(details) == [
        *("/by", "/colour", "/country", "/currency", "/device", "/format", "/from", "/group_by", "/timezone", "/to"),
    ]
    assert details["/group_by"].endswith("; not 'colour'")


@pytest.mark.parametrize("group_by", ["day,day", "campaign,", ",", "Campaign", "day, country"])
def test_dimensions_must_be_known_and_unique(group_by: str) -> None:
    assert list(errors(ReportQuery, group_by=group_by)) == ["/group_by"]


def test_publisher_may_not_group_or_filter_by_publisher() -> None:
    details = errors(OwnReportQuery, group_by="day,publisher", publisher_id="pub_2")
    assert sorted(details) == ["/group_by", "/publisher_id"]
    assert "'publisher'" in details["/group_by"]


def test_dimensions_and_filters_of_goal_and_currency_are_for_publishers_too() -> None:
    query = validate(OwnReportQuery, {"group_by": "goal,currency", "goal": "sale", "currency": "EUR"})
    assert (query.dimensions, query.filters) == (("goal", "currency"), {"goal": "sale", "currency": "EUR"})


@pytest.mark.parametrize("name", ["currency", "convert_to"])
def test_currency_must_be_an_iso_code(name: str) -> None:
    assert errors(ReportQuery, **{name: "usd"}) == {
        f"/{name}": "must be an ISO 4217 currency code such as USD; use USD"
    }
