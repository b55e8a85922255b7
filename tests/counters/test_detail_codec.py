from chalicelib.counters import detail_codec
from chalicelib.counters.detail_cells import COUNTS, DetailCell, DetailCells
from chalicelib.counters.detail_places import OTHER

ZEROS = [0] * (len(COUNTS) - 1)


def a_cell(dimension: str = "browser", value: str = "safari", late: int = 0, publisher: str = "pub_1") -> DetailCell:
    return DetailCell(dimension, late, 5, "sml_1", "cmp_1", publisher, "USD", "", value)


CELLS: DetailCells = {
    a_cell(): [3, *ZEROS],
    a_cell(value="chrome", publisher="pub_2"): [0, *ZEROS],
    a_cell(value=OTHER): [7, *ZEROS],
    a_cell(value="opera", late=1): [1, *ZEROS],
    a_cell("sub2", "x"): [4, *ZEROS],
}


def test_cells_survive_a_round_trip_even_if_all_their_counts_are_zero() -> None:
    assert detail_codec.decode_sections(detail_codec.encode_sections(CELLS)) == CELLS
    assert detail_codec.decode_sections(detail_codec.encode_sections({})) == {}


def test_chunk_has_a_section_for_each_dimension_and_one_for_its_late_cells() -> None:
    assert list(detail_codec.sections_of(detail_codec.encode_sections(CELLS))) == [
        ("browser", 0),
        ("browser", 1),
        ("sub2", 0),
    ]


def test_section_has_the_dimensions_of_a_report_and_its_own_by_name() -> None:
    columns = detail_codec.decode_section(detail_codec.sections_of(detail_codec.encode_sections(CELLS))["browser", 0])
    assert list(columns.values) == ["browser", "quarter", "smartlink", "campaign", "publisher", "currency", "goal"]
    assert columns.values["browser"] == [OTHER, "chrome", "safari"]
    assert [list(columns.values[name]) for name in ("quarter", "smartlink", "goal")] == [[5], ["sml_1"], [""]]
    assert sorted(columns.counts["unique_clicks"]) == [0, 3, 7]


def test_places_are_taken_by_the_named_values_of_cells_that_are_not_late() -> None:
    chunks = [detail_codec.encode_sections(CELLS)]
    browsers = {("browser", "pub_1"): {"safari"}, ("browser", "pub_2"): {"chrome"}}
    assert detail_codec.places_of(chunks).taken == {**browsers, ("sub2", "pub_1"): {"x"}}
    assert detail_codec.places_of(chunks, "browser").taken == browsers
    assert detail_codec.places_of([]).taken == {}
