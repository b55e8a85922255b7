from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.admin.evaluation import replay
from chalicelib.clicks import id_lists
from chalicelib.tables.clicks import ClickListRow, ClickRow
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.notifications import NotificationRow
from chalicelib.tables.requests import AuditRow
from chalicelib.tables.routes import RouteRow
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.builders import time_of
from tests.conftest import Api, ApiResponse
from tests.documents import (
    CURL,
    add_publisher,
    clicked,
    errors_by_pointer,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    publish_weights,
    recorded,
)


@dataclass(frozen=True, slots=True)
class Traffic:
    """A smartlink with two campaigns, its clicks and their lists."""

    admin: Api
    first: dict[str, Any]
    second: dict[str, Any]
    smartlink: dict[str, Any]
    code: str

    def click(self, count: int, agent: str | None = None) -> None:
        for _ in range(count):
            clicked(self.code, None, **({"User_Agent": agent} if agent else {}))

    def list_clicks(self) -> None:
        """Write the lists of all clicks, as the aggregator does."""
        by_day: dict[str, list[str]] = {}
        for click_id in recorded():
            by_day.setdefault(str(time_of(click_id).date()), []).append(click_id)
        for day, click_ids in by_day.items():
            ClickListRow(
                f"{self.smartlink['id']}#{day}", max(click_ids), click_ids=id_lists.encode(click_ids), expires_at=0
            ).save()

    def convert(self, **parameters: str) -> None:
        """Report a conversion of every click."""
        tokens = {each["id"]: each["postback_token"] for each in (self.first, self.second)}
        for click_id, row in recorded().items():
            more = "".join(f"&{name}={value}" for name, value in parameters.items())
            if row.campaign_id in tokens:
                good(Api().get(f"/postback?click_id={click_id}&token={tokens[row.campaign_id]}{more}"))

    def post(self, edit: dict[str, Any], **span: str) -> ApiResponse:
        return self.admin.post(f"/admin/smartlinks/{self.smartlink['id']}/replay", {"smartlink": edit, **span})

    def replayed(self, edit: dict[str, Any]) -> Any:
        """Return the replay of an edit for all clicks."""
        self.list_clicks()
        return good(self.post(edit))

    def clicks_of(self, campaign: dict[str, Any]) -> int:
        """Return the number of clicks that the campaign received."""
        return sum(row.campaign_id == campaign["id"] for row in ClickRow.scan())


def new_traffic(admin: Api, **changes: Any) -> Traffic:
    money = {"payout": "1.50", "revenue": "2.00"}
    first, second = new_campaign(admin, "game", **money), new_campaign(admin, "shop", **money)
    smartlink = new_smartlink(admin, first, second, **changes)
    return Traffic(admin, first, second, smartlink, add_publisher(admin, smartlink, new_publisher(admin)))


def only(campaign: dict[str, Any]) -> dict[str, Any]:
    return {"offers": [{"campaign_id": campaign["id"]}]}


def outcome_of(document: Any, campaign: dict[str, Any]) -> Any:
    return next(offer for offer in document["offers"] if offer["campaign_id"] == campaign["id"])


def test_replay_without_an_edit_returns_the_past(admin: Api) -> None:
    traffic = new_traffic(admin, goal="profit")
    traffic.click(12)
    traffic.convert()
    document = traffic.replayed({})
    happened = document["totals"]["happened"]
    figures = {"payout": "18.000000", "revenue": "24.000000", "profit": "6.000000", "epc": "1.500000"}
    assert happened == {"clicks": 12, "conversions": 12, **figures}
    assert document["totals"]["expected"] == happened
    assert document["totals"]["value_per_click"] == {
        "happened": "0.500000",
        "expected": "0.500000",
        "interval": document["totals"]["value_per_click"]["interval"],
        "difference": "0.000000",
        "difference_interval": ["0.000000", "0.000000"],
    }
    assert [document[name] for name in ("smartlink_id", "goal", "currency")] == [
        traffic.smartlink["id"],
        "profit",
        "USD",
    ]
    assert [document[name] for name in ("recorded", "read", "judged", "sampled")] == [12, 12, 12, False]
    assert document["clicks_kept_from"] < document["from"] < document["to"]


def test_replay_returns_each_offer(admin: Api) -> None:
    traffic = new_traffic(admin)
    traffic.click(12)
    traffic.convert()
    document = traffic.replayed(only(traffic.first))
    kept, gone = outcome_of(document, traffic.first), outcome_of(document, traffic.second)
    assert (kept["role"], kept["happened"]["clicks"]) == ("offer", traffic.clicks_of(traffic.first))
    assert (kept["expected"]["clicks"], kept["expected"]["payout"], kept["judged"]) == (12, "18.000000", "thin")
    assert (gone["expected"]["clicks"], gone["happened"]["clicks"]) == (0, traffic.clicks_of(traffic.second))
    number = traffic.clicks_of(traffic.first)
    assert document["notes"] == [
        f"The effective sample size is {number} clicks, too few for a decision.",
        f"{traffic.first['id']} has an effective sample size of only {number} clicks.",
    ]


def test_untried_offer_is_noted(admin: Api) -> None:
    traffic = new_traffic(admin)
    traffic.click(3)
    document = traffic.replayed(only(new_campaign(admin, "news")))
    assert (document["offers"][0]["judged"], document["offers"][0]["expected"]["payout"]) == ("no", None)
    assert document["totals"]["unknown_share"] == 1
    assert "was never selected for these visitors" in document["notes"][-1]


def test_replay_writes_nothing(admin: Api) -> None:
    traffic = new_traffic(admin)
    traffic.click(3)
    traffic.convert()
    traffic.list_clicks()
    tables = (SmartlinkRow, RouteRow, AuditRow, ClickRow, ClickListRow, ConversionRow, NotificationRow)
    before = [sorted(str(row.serialize()) for row in table.scan()) for table in tables]
    good(traffic.post(only(traffic.first)))
    assert [sorted(str(row.serialize()) for row in table.scan()) for table in tables] == before


def test_only_unique_clicks_of_humans_are_evaluated(admin: Api) -> None:
    traffic = new_traffic(admin)
    traffic.click(2)
    traffic.click(3, CURL)
    document = traffic.replayed({})
    assert (document["recorded"], document["judged"]) == (5, 2)


def test_current_campaign_settings_are_used(admin: Api) -> None:
    traffic = new_traffic(admin)
    traffic.click(6)
    good(admin.patch(f"/admin/campaigns/{traffic.second['id']}", {"targeting": {"countries": ["DE"]}}))
    document = traffic.replayed({})
    assert [outcome_of(document, each)["expected"]["clicks"] for each in (traffic.first, traffic.second)] == [6, 0]


def test_catch_all_is_listed_with_the_offers(admin: Api) -> None:
    traffic = new_traffic(admin)
    traffic.click(2)
    edit = {"offers": [], "catch_all_campaign_id": traffic.second["id"]}
    roles = [(each["role"], each["expected"]["clicks"]) for each in traffic.replayed(edit)["offers"]]
    assert roles[0] == ("catch_all", 2)


def test_clicks_are_evaluated_with_the_learned_weights_of_their_time(admin: Api) -> None:
    traffic = new_traffic(admin, rotation="optimized", holdout_percent=0)
    traffic.click(2)
    publish_weights(traffic.smartlink, {"US": {traffic.first["id"]: 1.0, traffic.second["id"]: 0.0}})
    traffic.click(3)
    document = traffic.replayed({})
    assert [outcome_of(document, each)["expected"]["clicks"] for each in (traffic.first, traffic.second)] == [4, 1]
    assert document["notes"][0].startswith("Clicks from before the first learned weights: 2.")


def test_click_with_expired_weights_is_excluded(admin: Api) -> None:
    traffic = new_traffic(admin)
    traffic.click(3)
    click_id = min(recorded())
    ClickRow(click_id).update([ClickRow.weights_version.set(7)])
    document = traffic.replayed({})
    assert (document["read"], document["judged"]) == (3, 2)
    assert document["notes"][0].startswith("Excluded clicks: 1.")


def test_many_clicks_are_sampled(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "sample_size", lambda _: 4)
    traffic = new_traffic(admin)
    traffic.click(6)
    document = traffic.replayed({})
    assert (document["recorded"], document["read"], document["judged"], document["sampled"]) == (6, 4, 4, True)
    assert document["notes"][0].startswith("A uniform sample of 4 of 6 recorded clicks was read.")


def test_replay_without_clicks_has_no_totals(admin: Api) -> None:
    document = new_traffic(admin).replayed({})
    assert (document["totals"], document["offers"], document["currency"]) == (None, [], None)
    assert document["notes"] == ["No click in this range can be evaluated."]


def test_several_currencies_are_rejected(admin: Api) -> None:
    traffic = new_traffic(admin)
    traffic.click(1)
    traffic.convert()
    traffic.click(1)
    good(admin.patch(f"/admin/campaigns/{traffic.first['id']}", {"currency": "EUR"}))
    good(admin.patch(f"/admin/campaigns/{traffic.second['id']}", {"currency": "EUR"}))
    traffic.click(1)
    traffic.convert(txid="2")
    traffic.list_clicks()
    assert errors_by_pointer(traffic.post({})) == {
        "/from": "contains several currencies (EUR, USD), which cannot be summed"
    }


@pytest.mark.parametrize(
    ("edit", "span", "complaint"),
    [
        pytest.param(
            {"holdout_percent": 101}, {}, {"/smartlink/holdout_percent": "must be 100 or less"}, id="an invalid field"
        ),
        pytest.param({"colour": 1}, {}, {"/smartlink/colour": "is not a known field"}, id="an unknown field"),
        pytest.param(
            {"offers": [{"campaign_id": "cmp_0"}]},
            {},
            {"/smartlink/offers/0/campaign_id": "is not a campaign: cmp_0"},
            id="an unknown campaign",
        ),
        pytest.param({}, {"from": "2026-01-01"}, {"/from": "must be at most 92 days before `to`"}, id="too long"),
    ],
)
def test_invalid_edit_is_rejected(
    admin: Api, edit: dict[str, Any], span: dict[str, str], complaint: dict[str, str]
) -> None:
    assert errors_by_pointer(new_traffic(admin).post(edit, **span)) == complaint


def test_edit_is_required(admin: Api) -> None:
    path = f"/admin/smartlinks/{new_smartlink(admin)['id']}/replay"
    assert errors_by_pointer(admin.post(path, {"from": str(datetime.now(UTC).date())})) == {"/smartlink": "is required"}


def test_unknown_smartlink_is_not_found(admin: Api) -> None:
    assert admin.post("/admin/smartlinks/sml_0/replay", {"smartlink": {}}).status == 404
