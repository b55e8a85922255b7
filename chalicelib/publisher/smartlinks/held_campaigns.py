"""The campaigns that a publisher is approved for, as far as a search in the marketplace needs them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chalicelib.lists.reads import Reads
from chalicelib.tables.publishers import CampaignApprovalRow

_AT_ONCE = 100
"""Approvals that are read together: the limit of one request to DynamoDB."""


@dataclass(slots=True)
class HeldCampaigns:
    """Approvals of a publisher, each read once."""

    publisher_id: str
    _known: dict[str, bool] = field(default_factory=dict)

    def lacks(self, campaign_ids: Iterable[str]) -> bool:
        """Return whether the approval for one of these campaigns was not read yet."""
        return not self._known.keys() >= set(campaign_ids)

    def has_all(self, campaign_ids: Iterable[str]) -> bool:
        """Return whether the publisher is approved for each of these campaigns, which were read."""
        return all(self._known[each] for each in campaign_ids)

    def read(self, groups: Iterable[Sequence[str]], reads: Reads) -> None:
        """Read the approvals of the first group, and of those behind it until they are enough for one request."""
        wanted: dict[str, None] = {}
        for group in groups:
            wanted |= dict.fromkeys(each for each in group if each not in self._known)
            if len(wanted) >= _AT_ONCE:
                break
        keys = [(self.publisher_id, each) for each in wanted]
        rows = CampaignApprovalRow.batch_get(keys, consistent_read=True)
        active = {row.campaign_id for row in rows if row.active}
        self._known |= {each: each in active for each in wanted}
        reads.take(len(wanted))
