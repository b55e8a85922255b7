import pytest

from chalicelib.routing.segments import fallback_segments, segments_of


@pytest.mark.parametrize(
    ("country", "device", "expected"),
    [
        pytest.param("US", "mobile", ("US|mobile", "US", "*"), id="known"),
        pytest.param(None, "tablet", ("?|tablet", "?", "*"), id="country unknown"),
    ],
)
def test_segments_go_from_device_to_country_to_all_visitors(
    country: str | None, device: str, expected: tuple[str, str, str]
) -> None:
    assert segments_of(country, device) == expected


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        pytest.param("US|mobile", ("US|mobile", "US", "*"), id="country and device"),
        pytest.param("US", ("US", "*"), id="country"),
        pytest.param("*", ("*",), id="everyone"),
    ],
)
def test_segment_falls_back_to_each_wider_one_once(segment: str, expected: tuple[str, ...]) -> None:
    assert fallback_segments(segment) == expected
