import pytest

from chalicelib.counters.detail_cells import DETAILS
from chalicelib.reporting.dimensions import ALL, OWN, combination_errors, detail_of, validate_dimensions

BESIDE = "is counted beside time, smartlink, campaign, advertiser, publisher, goal and currency only"
ARCHIVE = "query the archive of clicks, which comes with the next release"


def test_publishers_have_every_dimension_but_publisher_and_advertiser() -> None:
    assert set(ALL) - set(OWN) == {"publisher", "advertiser"}


def test_there_are_fourteen_details() -> None:
    assert len(DETAILS) == 14


def test_detail_may_be_a_dimension_or_a_filter() -> None:
    assert detail_of(("day", "browser"), ("country",)) == "browser"
    assert detail_of(("day",), ("sub10",)) == "sub10"
    assert detail_of(("day", "sub1"), ("country",)) is None


@pytest.mark.parametrize(
    ("dimensions", "filters"),
    [
        pytest.param(("day", "country", "device", "os", "sub1"), {"publisher_id": "publisher"}, id="no detail"),
        pytest.param(("hour", "smartlink", "browser", "goal"), {"browser": "browser"}, id="one detail twice"),
        pytest.param(("advertiser", "publisher", "currency"), {"sub2": "sub2", "goal": "goal"}, id="a filter"),
    ],
)
def test_what_was_counted_together_can_be_combined(dimensions: tuple[str, ...], filters: dict[str, str]) -> None:
    assert combination_errors(dimensions, filters) == []


@pytest.mark.parametrize(
    ("dimensions", "filters", "errors"),
    [
        pytest.param(
            ("browser", "sub2", "os"),
            {},
            {"/group_by": "must not contain sub2 or os together with browser"},
            id="dimensions",
        ),
        pytest.param(
            ("day", "browser"),
            {"country": "country", "source": "source"},
            {"/country": "must not be combined with browser", "/source": "must not be combined with browser"},
            id="filters beside a dimension",
        ),
        pytest.param(
            ("country",),
            {"region": "region", "sub1": "sub1"},
            {
                "/group_by": "must not contain country together with region",
                "/sub1": "must not be combined with region",
            },
            id="a dimension beside a filter",
        ),
    ],
)
def test_what_was_counted_apart_cannot_be_combined(
    dimensions: tuple[str, ...], filters: dict[str, str], errors: dict[str, str]
) -> None:
    detail = detail_of(dimensions, filters)
    expected = {pointer: f"{clash}: {detail} {BESIDE}; {ARCHIVE}" for pointer, clash in errors.items()}
    assert dict(combination_errors(dimensions, filters)) == expected


def test_publishers_read_of_no_advertisers() -> None:
    ((_, detail),) = combination_errors(("browser", "os"), {}, OWN)
    assert "beside time, smartlink, campaign, goal and currency only" in detail


def test_error_names_unknown_and_repeated_dimensions() -> None:
    assert validate_dimensions("day,os", OWN) == "day,os"
    with pytest.raises(ValueError, match=r"must contain only hour, day, .*; not 'colour', ''"):
        validate_dimensions("day,colour,", OWN)
    with pytest.raises(ValueError, match="must contain each dimension once; repeated: day, os"):
        validate_dimensions("day,os,day,os", OWN)
