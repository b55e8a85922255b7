from datetime import UTC, datetime, timedelta
from decimal import Decimal

from acceptance.traffic.backdate import _moved
from acceptance.traffic.ledger import Click
from acceptance.traffic.network import TestNetwork
from acceptance.traffic.plan import Link, PlannedAction, PlannedCampaign, PlannedVisit, Post
from acceptance.traffic.send import Answered, clicked, complaints, conversions, counted, moment_of
from acceptance.traffic.user_agents import BOTS, HUMANS, Agent
from chalicelib.domain.ids import time_ordered_id

NOW = datetime(2026, 11, 20, 12, 0, 0, 123_000, tzinfo=UTC)
CLICK_ID = time_ordered_id(NOW, bytes(10))
ONCE = PlannedCampaign("cmp_once", "once", "once.example", "token", Decimal("0.57"), Decimal("0.91"), 0.1)
LINK = Link("http://x/s/1", "sml_1", "pub_1")
FILTERED = Link("http://x/s/2", "sml_2", "pub_1", filtered="cmp_once")
NETWORK = TestNetwork("mark", {"sml_1": "mixed", "sml_2": "single"}, (ONCE,), (LINK, FILTERED))


def a_click(link: Link = LINK, host: str = "once.example", agent: Agent = HUMANS[0]) -> Click:
    visit = PlannedVisit(link, agent, "8.8.8.8", "US", {"sub1": "a"}, "a")
    click = clicked(NETWORK, visit, f"https://{host}/?cid={CLICK_ID}&s=a")
    assert click
    return click


def an_answer(action: PlannedAction, status: int, said: str | None, /, **parameters: str) -> Answered:
    return Answered(Post(action, "GET", parameters), NOW, status, said)


def an_action(*, is_rejected: bool = False, is_late: bool = False) -> PlannedAction:
    return PlannedAction(a_click(), "tx", None, is_rejected=is_rejected, is_late=is_late)


def test_the_destination_tells_campaign_and_time_of_the_click() -> None:
    click = a_click()
    assert (click.campaign, click.click_id, click.at) == ("cmp_once", CLICK_ID, NOW)
    assert (click.device, click.os, click.country, click.sub1) == ("mobile", "ios", "US", "a")


def test_a_destination_of_no_campaign_is_the_fallback() -> None:
    assert a_click(host="fallback.example").campaign is None


def test_a_destination_without_an_id_tells_nothing() -> None:
    visit = PlannedVisit(LINK, HUMANS[0], "8.8.8.8", "US", {}, None)
    assert clicked(NETWORK, visit, "https://network.example/more") is None


def test_a_click_that_the_filtered_campaign_did_not_take_is_a_duplicate_unless_a_bots() -> None:
    assert a_click(FILTERED, "fallback.example").is_duplicate
    assert not a_click(FILTERED).is_duplicate
    assert not a_click(LINK, "fallback.example").is_duplicate
    assert not a_click(FILTERED, "fallback.example", BOTS[0]).is_duplicate


def test_an_id_tells_its_time_to_the_millisecond() -> None:
    assert moment_of(time_ordered_id(NOW, b"\xff" * 10)) == NOW


def test_a_former_click_is_the_same_click_at_another_time() -> None:
    before = NOW - timedelta(days=9)
    real = {"click_id": {"S": CLICK_ID}, "at": {"N": "1"}, "expires_at": {"N": "2"}, "ca": {"S": "cmp_once"}}
    item, click = _moved(real, a_click(), before)
    assert item == {
        "click_id": {"S": click.click_id},
        "at": {"N": str(int(before.timestamp() * 1000))},
        "expires_at": {"N": str(int(before.timestamp()) + 400 * 86_400)},
        "ca": {"S": "cmp_once"},
    }
    assert (click.at, moment_of(click.click_id), click.campaign) == (before, before, "cmp_once")
    assert click.click_id != CLICK_ID


def test_an_action_told_three_times_counts_once_with_the_campaigns_money() -> None:
    action = an_action()
    answers = [an_answer(action, 200, "duplicate"), *[an_answer(action, 200, "recorded")] * 2]
    (conversion,) = conversions(NETWORK, answers)
    assert (conversion.payout, conversion.revenue, conversion.is_rejected) == (Decimal("0.57"), Decimal("0.91"), False)


def test_figures_of_its_own_win_one_by_one() -> None:
    action = PlannedAction(a_click(), "tx", None, payout=Decimal("3.33"))
    (conversion,) = conversions(NETWORK, [an_answer(action, 200, "recorded")])
    assert (conversion.payout, conversion.revenue) == (Decimal("3.33"), Decimal("0.91"))


def test_what_is_late_or_was_refused_counts_for_nothing() -> None:
    answers = [an_answer(an_action(is_late=True), 410, None), an_answer(an_action(), 422, None)]
    assert conversions(NETWORK, answers) == []


def test_the_contracts_answers_are_no_complaint() -> None:
    action, rejected, late = an_action(), an_action(is_rejected=True), an_action(is_late=True)
    answers = [
        an_answer(action, 200, "recorded"),
        an_answer(action, 200, "duplicate"),
        an_answer(rejected, 200, "recorded"),
        an_answer(rejected, 200, "duplicate", status="rejected"),
        an_answer(late, 410, None),
    ]
    assert complaints(answers) == []
    assert counted(answers) == {"recorded": 2, "repeated": 1, "rejecting": 1, "late": 1}


def test_recorded_twice_or_never_or_late_is_a_complaint_each() -> None:
    twice, never, late = an_action(), an_action(), an_action(is_late=True)
    answers = [
        *[an_answer(twice, 200, "recorded")] * 2,
        an_answer(never, 200, "duplicate"),
        an_answer(late, 200, "recorded"),
    ]
    named = f"click {CLICK_ID} transaction tx event None"
    assert complaints(answers) == [
        f"{named} {{}}: answered 200 recorded, not 410",
        f"{named}: recorded 2 times",
        f"{named}: recorded 0 times",
    ]
