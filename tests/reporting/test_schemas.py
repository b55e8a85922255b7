import pytest

from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.schemas import OwnReportQuery, PeriodQuery, ReportQuery, ReportRow


def complaints(model: type[PeriodQuery], **given: str) -> dict[str, str]:
    with pytest.raises(ValidationFailed) as refused:
        validate(model, given)
    return dict(refused.value.errors)


def test_a_report_asks_for_days_by_click_as_json_unless_told_otherwise() -> None:
    query = validate(ReportQuery, {})
    assert (query.dimensions, query.by, query.format, query.timezone, query.filters) == (
        ("day",),
        "click",
        "json",
        "UTC",
        {},
    )


def test_filters_are_named_by_the_dimension_that_they_hold() -> None:
    given = {
        "smartlink_id": "sml_1",
        "campaign_id": "cmp_1",
        "publisher_id": "pub_1",
        "country": "US",
        "device": "mobile",
        "os": "ios",
        "sub1": "a",
    }
    assert validate(ReportQuery, given).filters == {
        "smartlink": "sml_1",
        "campaign": "cmp_1",
        "publisher": "pub_1",
        "country": "US",
        "device": "mobile",
        "os": "ios",
        "sub1": "a",
    }


def test_what_is_empty_is_not_given() -> None:
    query = validate(ReportQuery, {"from": "", "smartlink_id": "", "timezone": "", "group_by": "", "device": ""})
    assert query == validate(ReportQuery, {})
    assert query.given == {}


def test_parameters_are_kept_as_they_were_sent() -> None:
    sent = {"from": "2026-11-01", "group_by": "hour,sub1", "device": "mobile", "format": "csv"}
    assert validate(ReportQuery, sent).given == sent


def test_every_bad_parameter_is_named_at_once() -> None:
    found = complaints(
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
    assert sorted(found) == [
        *("/by", "/colour", "/country", "/currency", "/device", "/format", "/from", "/group_by", "/timezone", "/to"),
    ]
    assert found["/group_by"].endswith("; not 'colour'")


@pytest.mark.parametrize("group_by", ["day,day", "campaign,", ",", "Campaign", "day, country"])
def test_dimensions_are_known_and_named_once(group_by: str) -> None:
    assert list(complaints(ReportQuery, group_by=group_by)) == ["/group_by"]


def test_a_publisher_knows_no_other_publisher() -> None:
    found = complaints(OwnReportQuery, group_by="day,publisher", publisher_id="pub_2")
    assert sorted(found) == ["/group_by", "/publisher_id"]
    assert "'publisher'" in found["/group_by"]


def test_a_row_has_the_dimensions_first() -> None:
    assert list(ReportRow.model_fields)[:8] == [
        *("hour", "day", "smartlink", "campaign", "country", "device", "os", "sub1"),
    ]
