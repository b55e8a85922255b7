import pytest

from chalicelib.reporting.lists.parallel import parallel


@pytest.mark.parametrize("count", [0, 1, 2, 20])
def test_results_are_in_the_order_of_the_keys(count: int) -> None:
    assert parallel(lambda key: key * key, range(count)) == [key * key for key in range(count)]
