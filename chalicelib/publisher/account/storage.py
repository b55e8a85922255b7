"""Storage of the publisher's own account."""

from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.lists.counting import Counted, count_rows
from chalicelib.lists.entries import ListKind
from chalicelib.lists.kinds import indexed_kind
from chalicelib.postbacks.delivery_lists import all_lists
from chalicelib.postbacks.http_response import DeliveryStatus
from chalicelib.tables.postbacks import PostbackDeliveryRow
from chalicelib.tables.publishers import PublisherRow


def save(request: Request, row: PublisherRow) -> None:
    """Write an edited account, with its list entry, if the stored version is the one before it."""
    with transaction(request) as write:
        write.save(row, PublisherRow.version == row.version - 1)
        for entries in indexed_kind(ListKind.PUBLISHERS).entries([row], request.now):
            for entry in entries:
                write.save(entry)


def dead_deliveries(publisher_id: str) -> int | None:
    """Return the number of dead deliveries of the publisher, None if too many would have to be read."""
    lists = all_lists([DeliveryStatus.DEAD], [publisher_id])
    is_own = PostbackDeliveryRow.publisher_id == publisher_id
    return count_rows(Counted(PostbackDeliveryRow, lists, filter_condition=is_own, index_name="by_status"))
