from decimal import Decimal

from acceptance.traffic.goals import PlannedGoal, planned_goal

DOCUMENT = {"payout": "0.10", "revenue": "0", "payout_percent": "3.333", "revenue_percent": "5", "counts": "once"}


def test_goal_is_worth_its_fixed_amount_and_a_percentage_rounded_half_to_even() -> None:
    goal = PlannedGoal("sale", payout=Decimal("0.10"), payout_percent=Decimal("3.333"), revenue_percent=Decimal(50))
    assert goal.worth(Decimal("19.99")) == (Decimal("0.766267"), Decimal("9.995"))
    assert goal.worth(Decimal("0.000001"))[1] == 0
    assert goal.worth(Decimal("0.000003"))[1] == Decimal("0.000002")
    assert goal.worth(None) == (Decimal("0.1"), Decimal(0))


def test_terms_replace_the_fixed_payout() -> None:
    goal = PlannedGoal(payout=Decimal(1), revenue=Decimal(2))
    assert goal.with_payout(Decimal(3)).worth(None) == (Decimal(3), Decimal(2))
    assert goal.with_payout(None) == goal


def test_goal_of_a_document_and_the_default_goal_of_a_campaign() -> None:
    goal = planned_goal({"name": "sale", **DOCUMENT})
    assert (goal.name, goal.once, goal.has_percentage) == ("sale", True, True)
    campaign = planned_goal({"name": "Game A", "destination_url": "https://a.example/", **DOCUMENT, "counts": "every"})
    assert (campaign.name, campaign.once, campaign.payout_percent) == ("default", False, Decimal("3.333"))
