"""Which visitors an offer accepts."""

from dataclasses import dataclass, field

from chalicelib.domain.click import RejectionReason
from chalicelib.domain.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Targeting:
    """Which visitors are wanted. `None` means any; an empty set means nobody.

    `is_unrestricted` follows from the rules: there are none.
    """

    countries: frozenset[str] | None = None
    exclude_countries: frozenset[str] = frozenset()
    regions: frozenset[str] | None = None
    devices: frozenset[str] | None = None
    os: frozenset[str] | None = None
    browsers: frozenset[str] | None = None
    languages: frozenset[str] | None = None
    sources: frozenset[str] | None = None
    exclude_sources: frozenset[str] = frozenset()
    exclude_bots: bool = False
    is_unrestricted: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Looks once, for all the visitors to come, whether there is a rule."""
        included = (self.countries, self.regions, self.devices, self.os, self.browsers, self.languages, self.sources)
        excluded = self.exclude_countries or self.exclude_sources or self.exclude_bots
        object.__setattr__(self, "is_unrestricted", included == _ANY and not excluded)

    def rejection(self, visitor: Visitor, source: str | None) -> RejectionReason | None:
        """Why this visitor is not wanted, or None. What is unknown matches no list at all."""
        # Every offer of every click comes here: the checks are written out, as calls would double their time.
        if visitor.country in self.exclude_countries:
            return _COUNTRY
        if self.countries is not None and visitor.country not in self.countries:
            return _COUNTRY
        if self.regions is not None and visitor.region not in self.regions:
            return _REGION
        if self.devices is not None and visitor.device not in self.devices:
            return _DEVICE
        if self.os is not None and visitor.os not in self.os:
            return _OS
        if self.browsers is not None and visitor.browser not in self.browsers:
            return _BROWSER
        if self.languages is not None and visitor.language not in self.languages:
            return _LANGUAGE
        if source in self.exclude_sources or (self.sources is not None and source not in self.sources):
            return _SOURCE
        return _BOT if self.exclude_bots and visitor.is_bot else None


_ANY = (None,) * 7


# Python 3.11 looks the member of an enumeration up in as much time as two of the checks take.
_COUNTRY, _REGION, _DEVICE, _OS = (
    RejectionReason.COUNTRY,
    RejectionReason.REGION,
    RejectionReason.DEVICE,
    RejectionReason.OS,
)


_BROWSER, _LANGUAGE, _SOURCE, _BOT = (
    RejectionReason.BROWSER,
    RejectionReason.LANGUAGE,
    RejectionReason.SOURCE,
    RejectionReason.BOT,
)
