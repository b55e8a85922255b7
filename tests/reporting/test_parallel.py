from collections.abc import Sequence

import pytest

from chalicelib.reporting.parallel import KEYS_PER_READ, in_batches, parallel


@pytest.mark.parametrize("count", [0, 1, 2, 20])
def test_results_are_in_the_order_of_the_keys(count: int) -> None:
    assert parallel(lambda key: key * key, range(count)) == [key * key for key in range(count)]


@pytest.mark.parametrize("count", [0, 1, KEYS_PER_READ, 2 * KEYS_PER_READ + 1])
def test_batches_have_each_key_once_in_order(count: int) -> None:
    sizes: list[int] = []

    def read(keys: Sequence[int]) -> list[int]:
        sizes.append(len(keys))
        return [-key for key in keys]

    assert list(in_batches(read, range(count))) == [-key for key in range(count)]
    assert max(sizes, default=0) <= KEYS_PER_READ
