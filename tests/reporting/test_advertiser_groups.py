from chalicelib.reporting.advertiser_groups import by_advertiser
from chalicelib.reporting.aggregation import Groups

ADVERTISERS = {"cmp_1": "Acme", "cmp_2": "Acme", "cmp_3": "Best", "cmp_4": ""}
GROUPS: Groups = {
    ("d1", "USD", "cmp_1"): [1, 10],
    ("d1", "USD", "cmp_2"): [2, 20],
    ("d1", "USD", "cmp_3"): [4, 40],
    ("d1", "USD", "cmp_4"): [8, 0],
    ("d1", "USD", "cmp_gone"): [16, 0],
    ("d1", "", ""): [32, 0],
}


def test_campaigns_of_one_advertiser_are_summed() -> None:
    assert by_advertiser(GROUPS, 1, ADVERTISERS) == {
        ("d1", "Acme", "USD"): [3, 30],
        ("d1", "Best", "USD"): [4, 40],
        ("d1", "", "USD"): [24, 0],
        ("d1", "", ""): [32, 0],
    }


def test_only_wanted_advertisers_are_counted() -> None:
    assert by_advertiser(GROUPS, None, ADVERTISERS, frozenset({"Best"})) == {("d1", "USD"): [4, 40]}
    assert by_advertiser(GROUPS, 0, ADVERTISERS, frozenset({"Acme", "Best"})) == {
        ("Acme", "d1", "USD"): [3, 30],
        ("Best", "d1", "USD"): [4, 40],
    }


def test_groups_are_not_changed() -> None:
    by_advertiser(GROUPS, 0, ADVERTISERS)
    assert GROUPS["d1", "USD", "cmp_1"] == [1, 10]
