from typing import NamedTuple

from chalicelib.counters.layout import Layout


class Point(NamedTuple):
    x: int
    colour: str = "red"


def test_layout_has_its_dimensions_in_order_and_their_defaults() -> None:
    layout = Layout(Point, ("hits",))
    assert (layout.dimensions, layout.defaults) == (("x", "colour"), {"colour": "red"})
