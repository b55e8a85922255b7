"""A warning about a smartlink: its code, the field that can mend it, a sentence, and the edit that mends it."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from chalicelib.http.models import ResponseModel


class WarningCode(StrEnum):
    """What a warning is about. Codes do not change; later releases may add some.

    `no_fallback_url`: clicks without an eligible offer see a page. `no_offers`: the smartlink has none.
    `catch_all_not_active`, `catch_all_restricted`: the catch-all takes no clicks, or not every click.
    `pixel_on_tracking_domain`: the advertiser must load the pixel from the tracking domain.
    `missing_click_id`: the advertiser cannot report conversions. `mixed_currencies`: reports have several currencies.
    `optimization_off`: the goal compares amounts of several currencies. `offer_disabled`, `offer_weight_zero`,
    `campaign_not_active`, `campaign_ended`, `contradictory_targeting`, `covered_by_offer_above`: the offer can never
    receive a click. `only_bots_left`: it can receive only bots. `unknown_targeting_values`: it lists values that no
    visitor has. `country_not_taken_by_campaign`: it lists countries that its campaign does not take.
    """

    NO_FALLBACK_URL = "no_fallback_url"
    NO_OFFERS = "no_offers"
    CATCH_ALL_NOT_ACTIVE = "catch_all_not_active"
    CATCH_ALL_RESTRICTED = "catch_all_restricted"
    PIXEL_ON_TRACKING_DOMAIN = "pixel_on_tracking_domain"
    MISSING_CLICK_ID = "missing_click_id"
    MIXED_CURRENCIES = "mixed_currencies"
    OPTIMIZATION_OFF = "optimization_off"
    OFFER_DISABLED = "offer_disabled"
    OFFER_WEIGHT_ZERO = "offer_weight_zero"
    CAMPAIGN_NOT_ACTIVE = "campaign_not_active"
    CAMPAIGN_ENDED = "campaign_ended"
    CONTRADICTORY_TARGETING = "contradictory_targeting"
    COVERED_BY_OFFER_ABOVE = "covered_by_offer_above"
    ONLY_BOTS_LEFT = "only_bots_left"
    UNKNOWN_TARGETING_VALUES = "unknown_targeting_values"
    COUNTRY_NOT_TAKEN_BY_CAMPAIGN = "country_not_taken_by_campaign"


class WarningDocument(ResponseModel):
    """A warning about a smartlink that is valid but probably not intended.

    `pointer` is the JSON pointer of the field of the smartlink that can mend it, empty if there is none. `fix` is a
    PATCH of the smartlink that mends it, null if there is no obvious one. The fixes of one answer are limited in size:
    of a very large smartlink only the first warnings have one.
    """

    code: WarningCode
    pointer: str = Field(examples=["/offers/2/targeting/countries"])
    detail: str
    fix: dict[str, Any] | None = None
