from acceptance.traffic.plan import Kind, PlannedAction, draw_actions, draw_rounds
from acceptance.traffic.uncounted import draw_uncounted, plan_late_actions
from tests.acceptance.traffic.test_plan import CAMPAIGNS, SHOP, a_click, seeded, some_actions


def test_each_click_gets_one_late_action() -> None:
    late = plan_late_actions([a_click(1), a_click(2)])
    assert [(action.click.click_id, action.kind) for action in late] == [("click-1", Kind.LATE), ("click-2", Kind.LATE)]


def actions() -> list[PlannedAction]:
    return draw_actions(seeded(1), [a_click(n) for n in range(100)], [SHOP], 400)


def test_second_actions_follow_goals_that_count_once_and_are_not_rejected() -> None:
    drawn = actions()
    installs = {action.click.click_id for action in drawn if action.event == "install" and not action.is_rejected}
    seconds = [action for action in draw_uncounted(seeded(1), drawn, [SHOP]) if action.kind is Kind.SECOND]
    assert 0 < len(seconds) < len(installs)
    assert {(action.event, action.click.click_id in installs) for action in seconds} == {("install", True)}


def test_second_actions_are_posted_after_the_first_post_of_every_other_action() -> None:
    drawn = actions()
    rounds = draw_rounds(seeded(1), drawn + draw_uncounted(seeded(1), drawn, [SHOP]))
    started: set[int] = set()
    firsts = {id(action) for action in drawn}
    for posts in rounds:
        if any(post.action.kind is Kind.SECOND for post in posts):
            assert started >= firsts
        started |= {id(post.action) for post in posts}


def test_events_that_are_no_goal_are_sent_to_campaigns_with_named_goals_only() -> None:
    labels = [action for action in draw_uncounted(seeded(1), actions(), [SHOP]) if action.kind is Kind.NO_GOAL]
    assert {action.event for action in labels} == {"made-up"}
    assert len({action.txid for action in labels}) == len(labels) > 10
    assert draw_uncounted(seeded(1), some_actions(400), CAMPAIGNS) == []
