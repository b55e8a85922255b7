"""The list of refused postbacks in one hour: its keys, its limits, and what is shown of a request."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from chalicelib.counters import cells
from chalicelib.domain import ids
from chalicelib.domain.timestamps import milliseconds

MAX_WITH_TOKEN, MAX_WITHOUT_TOKEN = 60, 40
"""Maximum numbers of refusals that are listed for a campaign and hour.

They are apart, so that nobody without the campaign's token can crowd out the refusals of its advertiser.
"""

MAX_QUERY, MAX_DETAIL, MAX_CLICK_ID = 2_000, 1_000, 200
"""Maximum lengths in characters of what is stored."""


@dataclass(frozen=True, slots=True)
class RefusedHour:
    """A campaign's refusals in the hour that starts at `start` (UTC), with or without the campaign's token."""

    campaign_id: str
    start: datetime
    needs_token: bool

    @property
    def limit(self) -> int:
        """The maximum number of listed refusals."""
        return MAX_WITH_TOKEN if self.needs_token else MAX_WITHOUT_TOKEN

    @property
    def campaign_day(self) -> str:
        """The partition of the campaign's refusals of this day."""
        return campaign_day(self.campaign_id, self.start.date().isoformat())

    @property
    def day_shard(self) -> str:
        """The partition of the refusals of all campaigns of this day and shard."""
        return cells.partition(self.start.date(), cells.shard_of(self.campaign_id))

    @property
    def moment(self) -> str:
        """The position of the hour's own row: before all refusals of the hour."""
        return f"{milliseconds(self.start):013d}#{'token' if self.needs_token else 'anyone'}"

    @property
    def id(self) -> str:
        """The ID of the item that says how many refusals are not listed."""
        return f"rfp_{ids.deterministic_id(self.campaign_id + self.moment)}"

    @property
    def sentence(self) -> str:
        """The sentence of that item."""
        end = self.start + timedelta(hours=1)
        return f"More postbacks were refused from {self.start:%H:%M} to {end:%H:%M} UTC than are listed."


def refused_hour(campaign_id: str, now: datetime, *, needs_token: bool) -> RefusedHour:
    """Return the hour that `now` is in."""
    return RefusedHour(campaign_id, now.astimezone(UTC).replace(minute=0, second=0, microsecond=0), needs_token)


def campaign_day(campaign_id: str, day: str) -> str:
    """Return the partition of the campaign's refusals of a UTC day."""
    return f"{campaign_id}#{day}"


def unsaved_count(omitted: int) -> int:
    """Return how many of the refusals that a process has left out in an hour to add to the stored number now.

    It is 0 unless `omitted` is a power of two: a flood of a million takes 20 writes, and at least half are counted.
    """
    return max(1, omitted // 2) if omitted & (omitted - 1) == 0 else 0


def without_tokens(text: str, tokens: Sequence[str]) -> str:
    """Return the text with `[token]` instead of each token: analysts read refused postbacks."""
    return re.sub("|".join(map(re.escape, tokens)), "[token]", text, flags=re.IGNORECASE) if tokens else text


def shown_query(parameters: Mapping[str, Any], tokens: Sequence[str] = ()) -> str:
    """Return the parameters as a query string of limited length, without those that may hold a token by their name.

    The campaign's `tokens` are hidden in the others: they may be sent under any name, or nested in a value.
    """
    shown = {name: value for name, value in parameters.items() if "token" not in name.lower()}
    return without_tokens(urlencode(shown, errors="replace"), tokens)[:MAX_QUERY]
