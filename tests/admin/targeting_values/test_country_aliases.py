import pytest

from chalicelib.admin.targeting_values.countries import country_names
from chalicelib.admin.targeting_values.country_aliases import (
    CODE_ALIASES,
    FORMER,
    GROUPS,
    NAME_ALIASES,
    NO_COUNTRIES,
    PARTS,
)
from chalicelib.admin.targeting_values.regions import region_error
from chalicelib.admin.targeting_values.wording import name_key

TABLES = {"codes": CODE_ALIASES, "names": NAME_ALIASES, "former": FORMER, "groups": GROUPS}


@pytest.mark.parametrize("table", TABLES)
def test_aliases_lead_to_countries(table: str) -> None:
    assert {code for codes in TABLES[table].values() for code in codes.split()} <= country_names().keys()


@pytest.mark.parametrize(
    "table", [CODE_ALIASES, FORMER, GROUPS, NO_COUNTRIES], ids=["codes", "former", "groups", "none"]
)
def test_alias_is_no_country_itself(table: dict[str, str]) -> None:
    assert table.keys() & country_names().keys() == set()


def test_names_are_written_as_they_are_compared() -> None:
    assert [name for name in [*NAME_ALIASES, *PARTS] if name_key(name) != name] == []


def test_parts_lead_to_regions() -> None:
    assert [region for region in PARTS.values() if region_error(region)] == []


def test_groups_have_their_number_of_members() -> None:
    expected = {"EU": 27, "EUROPEAN UNION": 27, "EEA": 30, "DACH": 3, "BENELUX": 3, "NAFTA": 3, "SCANDINAVIA": 3}
    expected |= {"NORDICS": 5, "BALTICS": 3, "GCC": 6, "UKI": 2, "ANZ": 2, "EFTA": 4}

    assert {group: len(codes.split()) for group, codes in GROUPS.items()} == expected
