from chalicelib.counters.column_codec import encode
from chalicelib.counters.detail_cells import COUNTS, JOINT_LAYOUT, DetailCell, JointCell, JointCells
from chalicelib.counters.detail_columns import split
from chalicelib.counters.detail_places import Subject

ZEROS = [0] * (len(COUNTS) - 1)
ROWS = [
    JointCell(5, "sml_1", "cmp_1", "pub_1", browser="safari", sub2="x"),
    JointCell(5, "sml_1", "cmp_1", "pub_1", browser="safari", sub2="y"),
    JointCell(6, "sml_1", "cmp_1", "pub_2", click_day="2026-11-20", browser="opera"),
]


def block(*rows: JointCell, count: int = 1) -> bytes:
    joint: JointCells = {row: [count, *ZEROS] for row in rows}
    return encode(joint, JOINT_LAYOUT)


def own_name(_: str, __: Subject, value: str) -> str:
    return value


def cell(dimension: str, value: str, quarter: int = 5, publisher: str = "pub_1", late: int = 0) -> DetailCell:
    return DetailCell(dimension, late, quarter, "sml_1", "cmp_1", publisher, "", "", value)


def test_joint_cells_are_split_by_dimension_and_added_up() -> None:
    assert split([block(*ROWS), block(ROWS[0], count=10)], own_name) == {
        cell("browser", "safari"): [12, *ZEROS],
        cell("browser", "opera", 6, "pub_2", late=1): [1, *ZEROS],
        cell("sub2", "x"): [11, *ZEROS],
        cell("sub2", "y"): [1, *ZEROS],
    }


def test_only_the_wanted_dimensions_are_split() -> None:
    assert split([block(*ROWS)], own_name, ["sub2"]) == {cell("sub2", name): [1, *ZEROS] for name in "xy"}
    assert split([block(*ROWS)], own_name, ["region"]) == {}


def test_values_are_named_in_the_order_of_the_blocks_with_publisher_and_day_of_the_click() -> None:
    asked = []

    def name(click_day: str, subject: Subject, value: str) -> str:
        asked.append((click_day, subject, value))
        return "same"

    counted = split([block(ROWS[1]), block(ROWS[0]), block(ROWS[2])], name, ["sub2", "browser"])
    assert counted[cell("sub2", "same")] == [2, *ZEROS]
    assert asked == [
        ("", ("sub2", "pub_1"), "y"),
        ("", ("browser", "pub_1"), "safari"),
        ("", ("sub2", "pub_1"), "x"),
        ("", ("browser", "pub_1"), "safari"),
        ("2026-11-20", ("browser", "pub_2"), "opera"),
    ]
