import pycountry
import pytest

from chalicelib.domain.regions import _REGIONS_IN, _WITHDRAWN, _containers, region_levels, replacement

ADDED = {"NO-31", "NO-32", "NO-33", "NO-39", "NO-40", "NO-55", "NO-56"}
"""Regions that ISO has and pycountry lacks."""


@pytest.mark.parametrize(
    ("region", "levels"),
    [
        pytest.param("GB-WBK", ("GB-WBK", "GB-ENG"), id="West Berkshire in England"),
        pytest.param("GB-ENG", ("GB-ENG",), id="England"),
        pytest.param("GB-GLG", ("GB-GLG", "GB-SCT"), id="Glasgow in Scotland"),
        pytest.param("US-CA", ("US-CA",), id="a state"),
        pytest.param("FR-75C", ("FR-75C", "FR-IDF"), id="Paris in Île-de-France"),
        pytest.param("FR-67", ("FR-67", "FR-6AE", "FR-GES"), id="three levels"),
        pytest.param("ES-B", ("ES-B", "ES-CT"), id="Barcelona in Catalonia"),
        pytest.param("IT-MI", ("IT-MI", "IT-25"), id="Milan in Lombardy"),
        pytest.param("BE-VAN", ("BE-VAN", "BE-VLG"), id="Antwerp in Flanders"),
        pytest.param("PH-CEB", ("PH-CEB", "PH-07"), id="Cebu in Central Visayas"),
        pytest.param("NO-31", ("NO-31", "NO-30"), id="Østfold in Viken, which ISO has divided"),
        pytest.param("FR-75", ("FR-75", "FR-75C", "FR-IDF"), id="Paris by its withdrawn code"),
        pytest.param("FR-A", ("FR-A", "FR-GES"), id="a withdrawn region"),
        pytest.param("NO-01", ("NO-01", "NO-31", "NO-30"), id="Østfold by its withdrawn code"),
        pytest.param("HK-HCW", ("HK-HCW",), id="a code that ISO does not have"),
        pytest.param("GB-XXX", ("GB-XXX",), id="an unknown code"),
        pytest.param("", (), id="empty"),
        pytest.param(None, (), id="unknown"),
    ],
)
def test_levels_are_the_region_and_all_that_contain_it(region: str | None, levels: tuple[str, ...]) -> None:
    assert region_levels(region) == levels


PARENTS: dict[str, str | None] = {each.code: each.parent_code for each in pycountry.subdivisions}


def _iso_levels(region: str) -> tuple[str, ...]:
    parent = PARENTS[region]
    return (region, *_iso_levels(parent)) if parent else (region,)


def test_levels_of_every_region_are_those_of_iso() -> None:
    assert {region: region_levels(region) for region in PARENTS} == {region: _iso_levels(region) for region in PARENTS}


def test_table_has_no_region_that_iso_lacks() -> None:
    regions = _containers(_REGIONS_IN)

    assert regions.keys() - PARENTS.keys() == ADDED
    assert set(regions.values()) - PARENTS.keys() == set()


@pytest.mark.parametrize(
    ("withdrawn", "current"),
    [
        pytest.param("FR-J", "FR-IDF", id="France until 2016"),
        pytest.param("PL-MZ", "PL-14", id="Poland until 2018"),
        pytest.param("CN-44", "CN-GD", id="China until 2017"),
        pytest.param("IN-OR", "IN-OD", id="Odisha until 2023"),
        pytest.param("KZ-ALA", "KZ-75", id="Almaty until 2022"),
        pytest.param("CZ-PR", "CZ-10", id="Prague until 2016"),
        pytest.param("MX-DIF", "MX-CMX", id="Mexico City until 2016"),
        pytest.param("GB-POL", "GB-BCP", id="Poole until 2019"),
        pytest.param("ZA-GT", "ZA-GP", id="Gauteng"),
        pytest.param("GB-ENG", None, id="not withdrawn"),
        pytest.param("GB-XXX", None, id="never a code"),
    ],
)
def test_withdrawn_region_has_a_replacement(withdrawn: str, current: str | None) -> None:
    assert replacement(withdrawn) == current


def test_no_withdrawn_code_is_in_use_and_every_replacement_is() -> None:
    withdrawn = _containers(_WITHDRAWN)
    current = PARENTS.keys() | ADDED

    assert withdrawn.keys() & current == set()
    assert set(withdrawn.values()) - current == set()
    assert len(withdrawn) == 405
