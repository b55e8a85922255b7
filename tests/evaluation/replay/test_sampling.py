from chalicelib.evaluation.replay.sampling import sample, sample_size

IDS = [f"{n:026}" for n in range(1_000)]


def test_few_clicks_are_all_in_the_sample_in_order() -> None:
    assert sample(reversed(IDS), 1_000) == IDS


def test_sample_of_many_clicks_is_uniform() -> None:
    taken = sample(IDS, 200)
    assert len(taken) == 200
    assert taken == sorted(taken)
    assert [sum(each < IDS[middle] for each in taken) for middle in (250, 500, 750)] == [48, 100, 148]


def test_sample_does_not_depend_on_parts() -> None:
    halves = [*sample(IDS[:300], 200), *sample(IDS[300:], 200)]
    assert sample(halves, 200) == sample(IDS, 200)


def test_sample_size_decreases_with_the_number_of_offers() -> None:
    assert [sample_size(offers) for offers in (0, 20, 50, 200)] == [20_000, 20_000, 20_000, 5_000]
