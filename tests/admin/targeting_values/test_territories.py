import pytest

from chalicelib.admin.targeting_values.countries import country_error
from chalicelib.admin.targeting_values.regions import region_error
from chalicelib.admin.targeting_values.territories import TERRITORIES


@pytest.mark.parametrize(
    ("region", "country"), [("US-PR", "PR"), ("CN-HK", "HK"), ("FR-971", "GP"), ("NL-BQ2", "BQ"), ("FI-01", "AX")]
)
def test_territory_has_its_own_country(region: str, country: str) -> None:
    assert TERRITORIES[region] == country


def test_territories_are_regions_and_countries_of_iso() -> None:
    assert [region for region, country in TERRITORIES.items() if region_error(region) or country_error(country)] == []
    assert [region for region, country in TERRITORIES.items() if region[:2] == country] == []
