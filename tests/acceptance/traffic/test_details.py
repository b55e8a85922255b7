from random import Random

from acceptance.traffic import details
from acceptance.traffic.details import PlannedDetails, draw_details
from chalicelib.counters.detail_cells import DETAILS
from chalicelib.routing.location import GeoLocation
from chalicelib.routing.tracking_parameters import parse_tracking_parameters
from chalicelib.routing.visitor_detection import visitor

COUNTRIES = ("US", "GB", "DE", "IN", "BR", None)


def drawn(count: int = 500) -> list[tuple[str | None, PlannedDetails]]:
    rng = Random(1)  # noqa: S311 - reproducible traffic
    countries = [rng.choice(COUNTRIES) for _ in range(count)]
    return [(country, draw_details(rng, country, "AS15169" if country else None)) for country in countries]


def test_details_are_the_dimensions_of_reports() -> None:
    assert details.NAMES == DETAILS


def test_same_seed_draws_the_same_details() -> None:
    assert drawn(20) == drawn(20)


def test_server_reads_the_details_as_expected() -> None:
    for country, planned in drawn():
        headers = {name.lower(): value for name, value in planned.headers.items()}
        located = GeoLocation(country=country, network="AS15169" if country else None)
        seen = visitor(
            {**headers, "x-edge-secret": "s"},
            "8.8.8.8",
            "s",
            lambda _, number=None, found=located: (
                GeoLocation(found.country, network=f"AS{number}") if number else found
            ),
        )
        read = parse_tracking_parameters({name: [value] for name, value in planned.query.items()})
        found = {"region": seen.region, "language": seen.language, "network": seen.network, "source": read.source}
        assert seen.country == country
        assert planned.values == {name: value for name, value in {**found, **read.sub_ids}.items() if value}


def test_every_detail_but_the_browser_is_drawn() -> None:
    values = {name: {planned.values.get(name) for _, planned in drawn()} for name in details.NAMES}
    assert [name for name, found in values.items() if len(found) < 3] == ["browser"]
