import pytest

from chalicelib.clicks.rejections import lost_reason
from chalicelib.domain.click import Outcome


@pytest.mark.parametrize(
    ("outcome", "refusals", "reason"),
    [
        pytest.param("offer", "-w", "", id="an offer took it"),
        pytest.param("catch_all", "c", "", id="the catch-all took it"),
        pytest.param("paused", None, "paused", id="the smartlink is paused"),
        pytest.param("fallback", None, "no_offers", id="there are no offers"),
        pytest.param("no_offer", "c", "country", id="refused by country"),
        pytest.param("fail_url", "pck", "cap", id="the offer that came furthest was at its cap"),
        pytest.param("fallback", "cdo", "os", id="furthest by the order of the journey"),
        pytest.param("fallback", "c-", "weight", id="eligible, and never drawn"),
    ],
)
def test_lost_click_has_the_reason_of_the_offer_that_passed_most_checks(
    outcome: str, refusals: str | None, reason: str
) -> None:
    assert lost_reason({"outcome": outcome, "refusals": refusals}) == reason


def test_unknown_outcome_is_an_error() -> None:
    with pytest.raises(ValueError, match="elsewhere"):
        lost_reason({"outcome": "elsewhere"})
    assert all(lost_reason({"outcome": each}) is not None for each in Outcome)
