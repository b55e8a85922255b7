from itertools import pairwise

import pytest

from chalicelib.routing.hosting import HOSTING_FILE, hosting_networks

LISTED = [line for line in HOSTING_FILE.read_text().splitlines() if not line.startswith("#")]
PEOPLE = {
    *(13335, 209242, 14789, 132892, 202623, 395747, 36183, 20940, 16625, 54113, 15169, 16591, 22616, 53813, 62044),
    *(55256, 36692, 714, 6185, 3598, 1747, 10676, 13238, 8881, 37611, 7506, 56478, 11816, 41012, 60330, 6939, 174),
    *(15830, 17378, 13649),
}
"""Networks that the file's header names as left out."""


def test_hosting_file_has_200_to_500_numbers_in_order_each_with_its_operator() -> None:
    assert LISTED[0] == "network,operator"
    numbers = [int(line.partition(",")[0]) for line in LISTED[1:]]
    assert all(number < following for number, following in pairwise(numbers))
    assert all(line.partition(",")[2].strip() for line in LISTED)
    assert 200 <= len(numbers) <= 500
    assert hosting_networks() == set(numbers)


def test_networks_of_people_are_not_hosting() -> None:
    assert hosting_networks() & PEOPLE == set()
    header = HOSTING_FILE.read_text().partition("network,operator")[0]
    assert [number for number in PEOPLE if str(number) not in header] == []


@pytest.mark.parametrize("number", [16509, 396982, 8075, 14061, 16276, 24940, 63949, 20473, 45102, 132203, 31898])
def test_large_clouds_are_hosting(number: int) -> None:
    assert number in hosting_networks()
