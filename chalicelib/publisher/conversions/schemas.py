"""Query parameters of the publisher's conversions."""

from typing import ClassVar

from chalicelib.reporting.lists.schemas import ConversionListQuery, ExternalClickId


class OwnConversionsQuery(ConversionListQuery):
    """Filters of the list, by arrival time. The maximum range is 366 days.

    The default range is the last 30 days, with `click_id` all time. With `external_click_id` a page that has read too
    much ends early: it may be empty and still have a next page. Conversions whose click has expired do not match it.
    """

    FILTERS: ClassVar[tuple[str, ...]] = (*ConversionListQuery.FILTERS, "external_click_id")

    external_click_id: ExternalClickId | None = None
