import pytest

from chalicelib.routing.segments import fallback_segments, segments_of


@pytest.mark.parametrize(
    ("country", "device", "found"),
    [
        pytest.param("US", "mobile", ("US|mobile", "US", "*"), id="known"),
        pytest.param(None, "tablet", ("?|tablet", "?", "*"), id="country unknown"),
    ],
)
def test_a_segment_backs_off_from_device_to_country_to_everyone(
    country: str | None, device: str, found: tuple[str, str, str]
) -> None:
    assert segments_of(country, device) == found


@pytest.mark.parametrize(
    ("segment", "found"),
    [
        pytest.param("US|mobile", ("US|mobile", "US", "*"), id="country and device"),
        pytest.param("US", ("US", "*"), id="country"),
        pytest.param("*", ("*",), id="everyone"),
    ],
)
def test_a_segment_by_its_name_backs_off_to_each_wider_one_once(segment: str, found: tuple[str, ...]) -> None:
    assert fallback_segments(segment) == found
