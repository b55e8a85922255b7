from typing import NamedTuple

from chalicelib.counters.layout import Layout


class Point(NamedTuple):
    x: int
    colour: str = "red"


def test_a_layout_knows_its_dimensions_in_order_and_what_they_are_by_default() -> None:
    layout = Layout(Point, ("hits",))
    assert (layout.dimensions, layout.defaults) == (("x", "colour"), {"colour": "red"})
