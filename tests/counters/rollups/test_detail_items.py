from hypothesis import given
from hypothesis import strategies as st

from chalicelib.counters.cells import add_cells
from chalicelib.counters.column_codec import decode
from chalicelib.counters.detail_cells import COUNTS, LAYOUT, DetailCell, DetailCells
from chalicelib.counters.detail_codec import decode_section, encode_sections, sections_of
from chalicelib.counters.rollups.detail_items import DetailSections

CHUNKS = st.lists(
    st.dictionaries(
        st.builds(
            DetailCell,
            dimension=st.sampled_from(["browser", "sub2"]),
            late=st.integers(0, 1),
            quarter=st.integers(0, 3),
            smartlink=st.sampled_from(["sml_1", "sml_2"]),
            campaign=st.just("cmp_1"),
            publisher=st.just("pub_1"),
            currency=st.just("USD"),
            goal=st.just(""),
            value=st.sampled_from(["a", "(other)"]),
        ),
        st.integers(-1, 2).map(lambda n: [n, *[0] * (len(COUNTS) - 1)]),
        max_size=6,
    ),
    max_size=3,
)


@given(CHUNKS)
def test_items_of_each_dimension_have_its_cells_of_all_chunks(chunks: list[DetailCells]) -> None:
    sections, expected, found = DetailSections(), DetailCells(), DetailCells()
    for chunk in chunks:
        sections.add([encode_sections(chunk)])
        add_cells(expected, chunk)
    for dimension, packed in sections.pack().items():
        for item in packed:
            cells = decode(item.content, LAYOUT)
            names = [cell.smartlink for cell in cells]
            assert ({cell.dimension for cell in cells}, item.range) == ({dimension}, (min(names), max(names)))
            add_cells(found, cells)
    assert found == {cell: counts for cell, counts in expected.items() if any(counts)}


def test_item_is_decoded_as_a_section() -> None:
    cell = DetailCell("browser", 0, 5, "sml_1", "cmp_1", "pub_1", "USD", "", "safari")
    sections = DetailSections()
    sections.add([encode_sections({cell: [3, *[0] * (len(COUNTS) - 1)]})])
    (item,) = sections.pack()["browser"]
    columns = decode_section(item.content)
    assert (columns.values["browser"], list(columns.counts["unique_clicks"])) == (["safari"], [3])


def test_size_is_that_of_all_sections() -> None:
    chunk = encode_sections(
        {DetailCell(name, 0, 5, "sml_1", "", "pub_1", "", "", "x"): [1] * len(COUNTS) for name in ("browser", "sub2")}
    )
    sections = DetailSections()
    sections.add([chunk, chunk])
    assert sections.size == 2 * sum(map(len, sections_of(chunk).values()))
