import pytest

from chalicelib.routing.segments import path


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
    assert path(country, device) == found
