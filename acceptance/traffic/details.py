"""The details of planned visits: parameters and headers that are sent, and the values that reports should have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

NAMES = ("region", "browser", "language", "source", "network", *(f"sub{n}" for n in range(2, 11)))
"""The detail dimensions of reports."""

LANGUAGES: Mapping[str | None, str | None] = {
    None: None,
    "en-US,en;q=0.9": "en",
    "de": "de",
    "pt-BR,pt;q=0.8,en;q=0.5": "pt",
    "zh-TW, en;q=0.1": "zh",
    "*": None,
}
"""Values of `Accept-Language`, and the language of each."""

REGIONS: Mapping[str, tuple[str, ...]] = {"US": ("CA", "NY"), "GB": ("ENG", "SCT"), "DE": ("BY",), "IN": ("MH",)}
"""Regions of countries, as the headers of the edge have them."""

NETWORKS = (7018, 3320, 55836)
"""AS numbers in the headers of the edge."""

_SOURCES = (None, "feed", "banner, top", "приложение")
_SUBS = ("a", "b", "=1+1", "snow ☃", "two words", "50% off", "a;b", "x" * 255)
_SUB_NAMES = ("sub{n}", "sub_id_{n}", "aff_sub{n}", "s{n}")


@dataclass(frozen=True, slots=True)
class PlannedDetails:
    """The query and headers that a visit sends, and its known values by dimension."""

    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)


def draw_details(rng: Random, country: str | None, network: str | None) -> PlannedDetails:
    """Draw the details of a visit from this country and network.

    The headers of the edge have a region for half of the visits from some countries, and another network for a quarter
    of all visits.
    """
    headers: dict[str, str] = {}
    values = {"network": network}
    if country and country in REGIONS and rng.random() < 1 / 2:
        region = rng.choice(REGIONS[country])
        headers |= {"CloudFront-Viewer-Country": country, "CloudFront-Viewer-Country-Region": region}
        values["region"] = f"{country}-{region}"
    if rng.random() < 1 / 4:
        number = rng.choice(NETWORKS)
        headers["CloudFront-Viewer-ASN"] = str(number)
        values["network"] = f"AS{number}"
    accepted = rng.choice(list(LANGUAGES))
    headers |= {"Accept-Language": accepted} if accepted else {}
    source, subs = rng.choice(_SOURCES), _draw_subs(rng)
    query = {rng.choice(_SUB_NAMES).format(n=n): value for n, value in subs.items()} | {"source": source}
    values |= {"language": LANGUAGES[accepted], "source": source, **{f"sub{n}": value for n, value in subs.items()}}
    return PlannedDetails(_known(query), headers, _known(values))


def _draw_subs(rng: Random) -> dict[int, str]:
    """Draw sub-IDs by their number, from 2 to 10, each for a fifth of the visits."""
    return {n: rng.choice(_SUBS) for n in range(2, 11) if rng.random() < 1 / 5}


def _known(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}
