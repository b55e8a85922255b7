import pycountry

from chalicelib.admin.targeting_values.region_aliases import DIVIDED, REGION_ALIASES, UNLISTED
from chalicelib.admin.targeting_values.regions import region_error
from chalicelib.admin.targeting_values.wording import name_key


def test_aliases_lead_to_regions_of_their_country() -> None:
    pairs = [(country, region) for country, aliases in REGION_ALIASES.items() for region in aliases.values()]

    assert [region for country, region in pairs if region_error(region) or region[:2] != country] == []


def test_no_alias_is_the_code_of_another_region() -> None:
    codes = {
        f"{country}-{name.upper()}": code for country, names in REGION_ALIASES.items() for name, code in names.items()
    }

    assert {alias: code for alias, code in codes.items() if region_error(alias) is None and alias != code} == {}


def test_names_are_written_as_they_are_compared() -> None:
    assert [name for aliases in REGION_ALIASES.values() for name in aliases if name_key(name) != name] == []


def test_added_regions_are_those_that_pycountry_lacks() -> None:
    assert UNLISTED.keys() & {each.code for each in pycountry.subdivisions} == set()


def test_divided_regions_are_none_and_their_parts_are() -> None:
    assert [code for code in DIVIDED if region_error(code) is None] == []
    assert [code for codes in DIVIDED.values() for code in codes.split() if region_error(code)] == []
