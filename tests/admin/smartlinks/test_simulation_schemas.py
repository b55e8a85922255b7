from typing import Any

import pytest

from chalicelib.admin.smartlinks.simulation_schemas import Simulation, UnsavedSimulation
from chalicelib.http.models import validate
from tests.http.support import errors_of


def test_every_field_of_a_simulation_is_optional() -> None:
    assert validate(Simulation, {}).model_dump(exclude_none=True) == {}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"draw": 1.0}, ("/draw", "must be less than 1"), id="a draw of 1"),
        pytest.param({"draw": -0.1}, ("/draw", "must be 0 or more"), id="a draw below 0"),
        pytest.param({"country": "usa"}, ("/country", "must be a country code such as GB; usa is US"), id="no country"),
        pytest.param(
            {"device": "fridge"},
            ("/device", "must be 'mobile', 'tablet', 'desktop', 'tv' or 'console'"),
            id="no device",
        ),
        pytest.param({"network": "7018"}, ("/network", "must be an AS number such as AS13335"), id="no AS number"),
        pytest.param(
            {"network": "ASUS Networks"}, ("/network", "must be an AS number such as AS13335"), id="a provider"
        ),
        pytest.param(
            {"os_version": "17.x"}, ("/os_version", "must be numbers joined by dots, such as 17.5"), id="no version"
        ),
        pytest.param({"ip": "999.1.1.1"}, ("/ip", "must be an IPv4 or IPv6 address"), id="no address"),
        pytest.param({"ip": "x" * 46}, ("/ip", "must have at most 45 characters"), id="a long address"),
    ],
)
def test_each_rule_of_a_simulation_has_its_error(changes: dict[str, Any], error: tuple[str, str]) -> None:
    assert errors_of(Simulation, changes) == [error]


@pytest.mark.parametrize("at", ["yesterday", "2026-11-04T12:30:00", "2026-11-31T00:00:00Z", ""])
def test_invalid_time_of_a_simulation_is_rejected(at: str) -> None:
    assert [pointer for pointer, _ in errors_of(Simulation, {"at": at})] == ["/at"]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "9999-01-01T00:00:00Z"])
def test_time_that_may_have_no_local_time_is_rejected(at: str) -> None:
    assert errors_of(Simulation, {"at": at}) == [("/at", "must be in the years 1970 to 9998")]


def test_errors_of_an_unsaved_smartlink_are_below_its_field() -> None:
    assert errors_of(UnsavedSimulation, {"smartlink": {"offers": [{"weight": -1}], "more": 1}, "draw": "low"}) == [
        ("/smartlink/name", "is required"),
        ("/smartlink/offers/0/campaign_id", "is required"),
        ("/smartlink/offers/0/weight", "must be 0 or more"),
        ("/smartlink/more", "is not a known field"),
        ("/draw", "must be a number"),
    ]


def test_unsaved_smartlink_is_required() -> None:
    assert errors_of(UnsavedSimulation, {}) == [("/smartlink", "is required")]
