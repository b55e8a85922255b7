import pytest

from bench.visitor_study.labelled_agents import (
    LabelledAgent,
    is_no_person,
    merged,
    sample,
    without_doubtful_people,
)


def test_repeated_agent_is_kept_once_with_its_whole_weight() -> None:
    agents = [LabelledAgent("a", is_bot=False, weight=2), LabelledAgent("b"), LabelledAgent("a", weight=3)]

    assert merged(agents) == [LabelledAgent("a", is_bot=False, weight=5), LabelledAgent("b")]


def test_sample_is_taken_at_equal_distances() -> None:
    agents = [LabelledAgent(str(n)) for n in range(10)]

    assert [agent.text for agent in sample(agents, 3)] == ["0", "3", "6", "9"]
    assert sample(agents, 20) == agents
    assert sample([], 5) == []


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        pytest.param("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0", False, id="a browser"),
        pytest.param("Opera/9.80 (Android; Opera Mini/36.2)", False, id="Opera"),
        pytest.param("Dalvik/2.1.0 (Linux; U; Android 9)", False, id="Dalvik"),
        pytest.param("Nokia6230i/2.0 Profile/MIDP-2.0", False, id="a feature phone"),
        pytest.param("Mozilla/4.0 (compatible; MSIE 6.0)", False, id="Internet Explorer"),
        pytest.param("Mozilla/5.0 (Linux) (Ecosia android@126.0)", False, id="Ecosia"),
        pytest.param("Mozilla/5.0 (Windows NT 10.0) Monitor Spider", False, id="words are not of the rule"),
        pytest.param("Safari/9537.73.11 CFNetwork/673.0.3", True, id="an app's own request"),
        pytest.param("Mozilla/5.0 (+http://example.com)", True, id="a URL"),
        pytest.param("Mozilla/5.0 ops@example", True, id="a mail address"),
        pytest.param("Mozilla/5.0 (compatible; Konqueror/4.5)", True, id="compatible without MSIE"),
    ],
)
def test_rule_says_which_agent_is_no_person(user_agent: str, expected: bool) -> None:
    assert is_no_person(user_agent) is expected


def test_only_people_lose_their_label_by_the_rule() -> None:
    agents = [
        LabelledAgent("iTunes/9.0", is_bot=False),
        LabelledAgent("Opera/9.8", is_bot=False),
        LabelledAgent("curl/8", is_bot=True),
    ]

    assert [agent.is_bot for agent in without_doubtful_people(agents)] == [None, False, True]
