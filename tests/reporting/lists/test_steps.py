from chalicelib.reporting.lists.steps import Found, Step, batches, merged


def test_steps_of_several_lists_are_merged_newest_first() -> None:
    lists = [[Step("9", Found("a", {})), Step("3", cost=1)], [Step("5", Found("b", {})), Step("4", cost=2)]]
    assert [step.position for step in merged(map(iter, lists))] == ["9", "5", "4", "3"]


def test_batches_hold_all_steps_in_order() -> None:
    steps = [Step(str(n)) for n in range(5)]
    assert list(batches(iter(steps), 2)) == [steps[:2], steps[2:4], steps[4:]]
