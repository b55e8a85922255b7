from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.admin.evaluation import replay
from chalicelib.clicks.id_lists import packed
from chalicelib.tables.clicks import ClickListRow, ClickRow
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.notifications import NotificationRow
from chalicelib.tables.requests import AuditRow
from chalicelib.tables.routes import RouteRow
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.builders import time_of
from tests.conftest import Answered, Api
from tests.documents import (
    CURL,
    clicked,
    complaints,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    put_on,
    recorded,
    taught,
)


@dataclass(frozen=True, slots=True)
class Traffic:
    """A smartlink of two campaigns, on which some have clicked and the clicks are listed."""

    admin: Api
    one: dict[str, Any]
    two: dict[str, Any]
    smartlink: dict[str, Any]
    code: str

    def click(self, count: int, agent: str | None = None) -> None:
        for _ in range(count):
            clicked(self.code, None, **({"User_Agent": agent} if agent else {}))

    def list_clicks(self) -> None:
        """Lists all clicks, as counting them does."""
        by_day: dict[str, list[str]] = {}
        for click_id in recorded():
            by_day.setdefault(str(time_of(click_id).date()), []).append(click_id)
        for day, click_ids in by_day.items():
            ClickListRow(
                f"{self.smartlink['id']}#{day}", max(click_ids), click_ids=packed(click_ids), expires_at=0
            ).save()

    def convert(self, **parameters: str) -> None:
        """Reports a conversion of every click."""
        tokens = {each["id"]: each["postback_token"] for each in (self.one, self.two)}
        for click_id, row in recorded().items():
            more = "".join(f"&{name}={value}" for name, value in parameters.items())
            if row.campaign_id in tokens:
                good(Api().get(f"/postback?click_id={click_id}&token={tokens[row.campaign_id]}{more}"))

    def ask(self, edit: dict[str, Any], **span: str) -> Answered:
        return self.admin.post(f"/admin/smartlinks/{self.smartlink['id']}/replay", {"smartlink": edit, **span})

    def replayed(self, edit: dict[str, Any]) -> Any:
        """The answer to an edit for all that was clicked, conversions and all."""
        self.list_clicks()
        return good(self.ask(edit))

    def taken(self, campaign: dict[str, Any]) -> int:
        """How many clicks the campaign took."""
        return sum(row.campaign_id == campaign["id"] for row in ClickRow.scan())


def new_traffic(admin: Api, **changes: Any) -> Traffic:
    money = {"payout": "1.50", "revenue": "2.00"}
    one, two = new_campaign(admin, "game", **money), new_campaign(admin, "shop", **money)
    smartlink = new_smartlink(admin, one, two, **changes)
    return Traffic(admin, one, two, smartlink, put_on(admin, smartlink, new_publisher(admin)))


def only(campaign: dict[str, Any]) -> dict[str, Any]:
    return {"offers": [{"campaign_id": campaign["id"]}]}


def of(found: Any, campaign: dict[str, Any]) -> Any:
    return next(each for each in found["offers"] if each["campaign_id"] == campaign["id"])


def test_without_an_edit_it_answers_what_happened(admin: Api) -> None:
    traffic = new_traffic(admin, goal="profit")
    traffic.click(12)
    traffic.convert()
    found = traffic.replayed({})
    happened = found["totals"]["happened"]
    figures = {"payout": "18.000000", "revenue": "24.000000", "profit": "6.000000", "epc": "1.500000"}
    assert happened == {"clicks": 12, "conversions": 12, **figures}
    assert found["totals"]["expected"] == happened
    assert found["totals"]["value_per_click"] == {
        "happened": "0.500000",
        "expected": "0.500000",
        "interval": found["totals"]["value_per_click"]["interval"],
        "difference": "0.000000",
        "difference_interval": ["0.000000", "0.000000"],
    }
    assert [found[name] for name in ("smartlink_id", "goal", "currency")] == [traffic.smartlink["id"], "profit", "USD"]
    assert [found[name] for name in ("recorded", "read", "judged", "sampled")] == [12, 12, 12, False]
    assert found["from"] < found["to"]


def test_of_an_edit_each_offer_is_told(admin: Api) -> None:
    traffic = new_traffic(admin)
    traffic.click(12)
    traffic.convert()
    found = traffic.replayed(only(traffic.one))
    kept, gone = of(found, traffic.one), of(found, traffic.two)
    assert (kept["role"], kept["happened"]["clicks"]) == ("offer", traffic.taken(traffic.one))
    assert (kept["expected"]["clicks"], kept["expected"]["payout"], kept["judged"]) == (12, "18.000000", "thin")
    assert (gone["expected"]["clicks"], gone["happened"]["clicks"]) == (0, traffic.taken(traffic.two))
    tell = traffic.taken(traffic.one)
    assert found["notes"] == [
        f"All in all the clicks tell as much as {tell} would: too few to decide by.",
        f"{traffic.one['id']} is judged by few clicks: they tell as much as {tell} would.",
    ]


def test_an_offer_that_was_never_tried_is_said_to_be_so(admin: Api) -> None:
    traffic = new_traffic(admin)
    traffic.click(3)
    found = traffic.replayed(only(new_campaign(admin, "news")))
    assert (found["offers"][0]["judged"], found["offers"][0]["expected"]["payout"]) == ("no", None)
    assert found["totals"]["unknown_share"] == 1
    assert "was never tried for the visitors that it would get" in found["notes"][-1]


def test_it_writes_nothing(admin: Api) -> None:
    traffic = new_traffic(admin)
    traffic.click(3)
    traffic.convert()
    traffic.list_clicks()
    tables = (SmartlinkRow, RouteRow, AuditRow, ClickRow, ClickListRow, ConversionRow, NotificationRow)
    before = [sorted(str(row.serialize()) for row in table.scan()) for table in tables]
    good(traffic.ask(only(traffic.one)))
    assert [sorted(str(row.serialize()) for row in table.scan()) for table in tables] == before


def test_only_unique_clicks_of_humans_are_judged(admin: Api) -> None:
    traffic = new_traffic(admin)
    traffic.click(2)
    traffic.click(3, CURL)
    found = traffic.replayed({})
    assert (found["recorded"], found["judged"]) == (5, 2)


def test_a_campaign_counts_as_it_is_now(admin: Api) -> None:
    traffic = new_traffic(admin)
    traffic.click(6)
    good(admin.patch(f"/admin/campaigns/{traffic.two['id']}", {"targeting": {"countries": ["DE"]}}))
    found = traffic.replayed({})
    assert [of(found, each)["expected"]["clicks"] for each in (traffic.one, traffic.two)] == [6, 0]


def test_the_catch_all_is_told_beside_the_offers(admin: Api) -> None:
    traffic = new_traffic(admin)
    traffic.click(2)
    edit = {"offers": [], "catch_all_campaign_id": traffic.two["id"]}
    roles = [(each["role"], each["expected"]["clicks"]) for each in traffic.replayed(edit)["offers"]]
    assert roles[0] == ("catch_all", 2)


def test_clicks_are_judged_by_the_weights_that_were_learned_for_them(admin: Api) -> None:
    traffic = new_traffic(admin, rotation="optimized", holdout_percent=0)
    traffic.click(2)
    taught(traffic.smartlink, {"US": {traffic.one["id"]: 1.0, traffic.two["id"]: 0.0}})
    traffic.click(3)
    found = traffic.replayed({})
    assert [of(found, each)["expected"]["clicks"] for each in (traffic.one, traffic.two)] == [4, 1]
    assert found["notes"][0].startswith("Before anything was learned came 2 of the clicks")


def test_a_click_by_weights_that_are_gone_is_left_out(admin: Api) -> None:
    traffic = new_traffic(admin)
    traffic.click(3)
    first = min(recorded())
    ClickRow(first).update([ClickRow.weights_version.set(7)])
    found = traffic.replayed({})
    assert (found["read"], found["judged"]) == (3, 2)
    assert found["notes"][0].startswith("Left out: 1 of the clicks")


def test_of_too_many_clicks_a_sample_is_read(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "size", lambda _: 4)
    traffic = new_traffic(admin)
    traffic.click(6)
    found = traffic.replayed({})
    assert (found["recorded"], found["read"], found["judged"], found["sampled"]) == (6, 4, 4, True)
    assert found["notes"][0].startswith("4 of 6 recorded clicks were read, an even sample")


def test_without_clicks_there_are_no_totals(admin: Api) -> None:
    found = new_traffic(admin).replayed({})
    assert (found["totals"], found["offers"], found["currency"]) == (None, [], None)
    assert found["notes"] == ["No click of this time can be judged."]


def test_money_of_two_currencies_is_not_added_up(admin: Api) -> None:
    traffic = new_traffic(admin)
    traffic.click(1)
    traffic.convert()
    traffic.click(1)
    good(admin.patch(f"/admin/campaigns/{traffic.one['id']}", {"currency": "EUR"}))
    good(admin.patch(f"/admin/campaigns/{traffic.two['id']}", {"currency": "EUR"}))
    traffic.click(1)
    traffic.convert(txid="2")
    traffic.list_clicks()
    assert complaints(traffic.ask({})) == {"/from": "holds money in EUR and USD, which cannot be added up"}


@pytest.mark.parametrize(
    ("edit", "span", "complaint"),
    [
        pytest.param(
            {"holdout_percent": 101}, {}, {"/smartlink/holdout_percent": "must be 100 or less"}, id="a bad field"
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
def test_what_an_edit_could_not_be_is_refused(
    admin: Api, edit: dict[str, Any], span: dict[str, str], complaint: dict[str, str]
) -> None:
    assert complaints(new_traffic(admin).ask(edit, **span)) == complaint


def test_the_edit_must_be_given(admin: Api) -> None:
    path = f"/admin/smartlinks/{new_smartlink(admin)['id']}/replay"
    assert complaints(admin.post(path, {"from": str(datetime.now(UTC).date())})) == {"/smartlink": "is required"}


def test_an_unknown_smartlink_cannot_be_replayed(admin: Api) -> None:
    assert admin.post("/admin/smartlinks/sml_0/replay", {"smartlink": {}}).status == 404
