import pytest

from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.dimensions import ALL, OWN, TIMES
from chalicelib.reporting.query_schemas import LostClicksQuery, OwnReportQuery, PeriodQuery, ReportQuery

FILTERED = ReportQuery.FILTERS


def errors(model: type[PeriodQuery], **parameters: str | list[str]) -> dict[str, str]:
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


def test_filters_are_sets_of_values_by_dimension() -> None:
    parameters = {
        "smartlink_id": ["sml_1", "sml_2"],
        "campaign_id": ["cmp_1"],
        "publisher_id": ["pub_1"],
        "advertiser": ["Acme"],
        "country": ["US", "GB"],
        "device": ["mobile"],
        "os": ["ios"],
        "sub10": ["a"],
    }
    query = validate(ReportQuery, parameters)
    assert query.filters == {
        "smartlink": {"sml_1", "sml_2"},
        "campaign": {"cmp_1"},
        "publisher": {"pub_1"},
        "advertiser": {"Acme"},
        "country": {"US", "GB"},
        "device": {"mobile"},
        "os": {"ios"},
        "sub10": {"a"},
    }
    assert query.filter_parameters == {name: FILTERED[name] for name in sorted(parameters, key=list(FILTERED).index)}


def test_every_dimension_but_time_is_a_filter() -> None:
    assert sorted(OwnReportQuery.FILTERS.values()) == sorted(set(OWN) - set(TIMES))
    assert sorted(ReportQuery.FILTERS.values()) == sorted(set(ALL) - set(TIMES))
    assert set(ReportQuery.FILTERS) <= set(ReportQuery.model_fields)
    assert set(OwnReportQuery.FILTERS) <= set(OwnReportQuery.model_fields)


@pytest.mark.parametrize("model", [ReportQuery, OwnReportQuery, LostClicksQuery])
def test_every_parameter_is_described(model: type[PeriodQuery]) -> None:
    properties = model.model_json_schema()["properties"]
    assert [name for name, schema in properties.items() if "description" not in schema] == []


def test_empty_parameters_are_ignored() -> None:
    query = validate(
        ReportQuery, {"from": "", "smartlink_id": ["", ""], "timezone": "", "group_by": "", "device": [""]}
    )
    assert query == validate(ReportQuery, {})
    assert query.parameters == {}


def test_parameters_are_returned_as_sent() -> None:
    sent = {"from": "2026-11-01", "group_by": "hour,sub1", "device": ["mobile", "tablet"], "format": "csv"}
    assert validate(ReportQuery, sent).parameters == sent


def test_all_errors_are_returned_together() -> None:
    details = errors(
        ReportQuery,
        **{"from": "soon", "to": "2026-11-01T13:05:00Z"},
        group_by="campaign,colour",
        timezone="Mars",
        country=["US", "usa"],
        device=["fridge"],
        by="luck",
        format="pdf",
        currency=["dollars"],
        colour="red",
    )
    assert sorted(details) == [
        *("/by", "/colour", "/country/1", "/currency/0", "/device/0", "/format", "/from", "/group_by", "/timezone"),
        "/to",
    ]
    assert details["/country/1"] == "must be a country code of two capital letters, such as GB"
    assert details["/group_by"].endswith("; not 'colour'")


@pytest.mark.parametrize("group_by", ["day,day", "campaign,", ",", "Campaign", "day, country"])
def test_dimensions_must_be_known_and_unique(group_by: str) -> None:
    assert list(errors(ReportQuery, group_by=group_by)) == ["/group_by"]


def test_publisher_may_not_group_or_filter_by_publisher() -> None:
    details = errors(OwnReportQuery, group_by="day,publisher", publisher_id="pub_2")
    assert sorted(details) == ["/group_by", "/publisher_id"]
    assert "'publisher'" in details["/group_by"]


def test_dimensions_and_filters_of_goal_and_currency_are_for_publishers_too() -> None:
    query = validate(OwnReportQuery, {"group_by": "goal,currency", "goal": ["sale"], "currency": ["EUR"]})
    assert query.dimensions == ("goal", "currency")
    assert query.filters == {"goal": {"sale"}, "currency": {"EUR"}}


@pytest.mark.parametrize("parameters", [{"currency": ["usd"]}, {"convert_to": "usd"}], ids=["currency", "convert_to"])
def test_currency_must_be_an_iso_code(parameters: dict[str, str | list[str]]) -> None:
    assert list(errors(ReportQuery, **parameters).values()) == [
        "must be an ISO 4217 currency code such as USD; use USD"
    ]


def test_filter_has_at_most_100_values() -> None:
    assert errors(ReportQuery, sub1=[f"{n}" for n in range(101)]) == {"/sub1": "must have at most 100 entries"}
