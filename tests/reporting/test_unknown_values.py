from hypothesis import given
from hypothesis import strategies as st

from chalicelib.reporting.aggregation import Groups
from chalicelib.reporting.unknown_values import has_negative, with_unknown

LABELS = st.sampled_from(["", "a", "b"])
SUMS = st.lists(st.integers(-5, 5), min_size=2, max_size=2)


def test_unknown_value_is_the_base_less_all_known_values() -> None:
    known: Groups = {("d1", "feed"): [3, 1], ("d1", "mail"): [1, 0], ("d2", "feed"): [2, 0]}
    base: Groups = {("d1",): [9, 1], ("d2",): [2, 0], ("d3",): [4, 4]}
    assert with_unknown(known, base, 1) == {**known, ("d1", ""): [5, 0], ("d3", ""): [4, 4]}


def test_detail_may_be_the_first_dimension() -> None:
    assert with_unknown({("feed", "d1"): [1]}, {("d1",): [3]}, 0) == {("feed", "d1"): [1], ("", "d1"): [2]}


@given(
    st.dictionaries(st.tuples(LABELS, st.sampled_from(["x", "y"]), LABELS), SUMS),
    st.dictionaries(st.tuples(LABELS, LABELS), SUMS),
)
def test_sum_over_all_values_is_the_base(known: Groups, base: Groups) -> None:
    sums: Groups = {}
    for (first, _, last), counts in with_unknown(known, base, 1).items():
        totals = sums.setdefault((first, last), [0, 0])
        totals[:] = [total + count for total, count in zip(totals, counts, strict=True)]
    assert {key: total for key, total in sums.items() if any(total)} == {
        key: total for key, total in base.items() if any(total)
    }


def test_only_counts_of_the_unknown_value_are_checked() -> None:
    assert has_negative({("d1", ""): [3, -1]}, 1)
    assert not has_negative({("d1", ""): [3, 0], ("d1", "feed"): [-1, 0], ("", "mail"): [-1, 0]}, 1)
