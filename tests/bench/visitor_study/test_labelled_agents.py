from bench.visitor_study.labelled_agents import LabelledAgent, merged, sample


def test_repeated_agent_is_kept_once_with_its_whole_weight() -> None:
    agents = [LabelledAgent("a", is_bot=False, weight=2), LabelledAgent("b"), LabelledAgent("a", weight=3)]

    assert merged(agents) == [LabelledAgent("a", is_bot=False, weight=5), LabelledAgent("b")]


def test_sample_is_taken_at_equal_distances() -> None:
    agents = [LabelledAgent(str(n)) for n in range(10)]

    assert [agent.text for agent in sample(agents, 3)] == ["0", "3", "6", "9"]
    assert sample(agents, 20) == agents
    assert sample([], 5) == []
