from chalicelib.evaluation.replay.sampling import sample, size

IDS = [f"{n:026}" for n in range(1_000)]


def test_few_enough_are_all_taken_in_order() -> None:
    assert sample(reversed(IDS), 1_000) == IDS


def test_of_more_an_even_part_is_taken() -> None:
    taken = sample(IDS, 200)
    assert len(taken) == 200
    assert taken == sorted(taken)
    assert [sum(each < IDS[middle] for each in taken) for middle in (250, 500, 750)] == [48, 100, 148]


def test_it_is_the_same_whichever_way_the_clicks_come() -> None:
    halves = [*sample(IDS[:300], 200), *sample(IDS[300:], 200)]
    assert sample(halves, 200) == sample(IDS, 200)


def test_the_more_offers_the_fewer_clicks_are_judged() -> None:
    assert [size(offers) for offers in (0, 20, 50, 200)] == [20_000, 20_000, 20_000, 5_000]
