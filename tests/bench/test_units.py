import pytest

from bench.units import read_units, write_units


@pytest.mark.parametrize(
    ("size", "units"), [(0, 1), (1, 1), (1_024, 1), (1_025, 2), (6_673, 7)], ids=lambda each: f"{each:,}"
)
def test_write_costs_one_unit_per_started_kilobyte_and_two_in_a_transaction(size: int, units: int) -> None:
    assert write_units(size) == units
    assert write_units(size, transactional=True) == 2 * units


@pytest.mark.parametrize(("size", "units"), [(0, 1), (4_096, 1), (4_097, 2)], ids=lambda each: f"{each:,}")
def test_read_costs_one_unit_per_started_4_kilobytes_and_half_if_eventually_consistent(size: int, units: int) -> None:
    assert read_units(size, consistent=True) == units
    assert read_units(size, consistent=False) == units / 2
