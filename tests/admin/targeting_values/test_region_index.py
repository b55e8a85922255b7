import pycountry

from chalicelib.admin.targeting_values.region_index import (
    names_in,
    region_names,
    regions_by_country,
    regions_by_ending,
    regions_by_name,
    without_kind,
)


def test_regions_are_those_of_iso_and_the_added_ones() -> None:
    assert len(region_names()) == len(pycountry.subdivisions) + 7


def test_regions_of_a_country_are_its_smallest_first() -> None:
    regions = regions_by_country()["BE"]

    assert len(regions) == 13
    assert set(regions[-3:]) == {"BE-BRU", "BE-VLG", "BE-WAL"}


def test_country_without_regions_has_none() -> None:
    assert "HK" not in regions_by_country()
    assert names_in("HK") == {}


def test_ending_can_be_that_of_several_countries() -> None:
    assert {"US-CA", "IT-CA", "ES-CA"} <= set(regions_by_ending()["CA"])


def test_name_of_a_part_and_the_whole_is_that_of_the_whole() -> None:
    assert names_in("ES")["cantabria"] == "ES-CB"
    assert names_in("BD")["dhaka"] == "BD-C"


def test_each_name_of_a_region_is_known() -> None:
    assert {names_in("IT")[name] for name in ("trentino alto adige",)} == {"IT-32"}
    assert {names_in("GB")[name] for name in ("city of london", "london city of", "london")} == {"GB-LND"}
    assert {names_in("CN")[name] for name in ("guangdong", "guangdong sheng")} == {"CN-GD"}


def test_name_is_known_in_the_world() -> None:
    assert regions_by_name()["california"] == ["US-CA"]


def test_word_for_the_kind_of_region_is_left_out_unless_it_is_the_name() -> None:
    assert (without_kind("kerala state"), without_kind("county")) == ("kerala", "county")
