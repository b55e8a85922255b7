"""Endpoint for admins: list the deliveries of all publishers."""

from chalicelib.admin.deliveries.queries import cursor_of, list_deliveries
from chalicelib.admin.deliveries.schemas import DeliveriesQuery, PublisherDeliveryDocument
from chalicelib.http.models import Page
from chalicelib.http.request import Request
from chalicelib.publisher.postbacks.schemas import DeliveryDocument
from chalicelib.reporting.lists.page import fitting_page
from chalicelib.reporting.names import publisher_names


def find(request: Request, query: DeliveriesQuery) -> Page[PublisherDeliveryDocument]:  # noqa: ARG001 - every view takes it
    """List the postback deliveries of all publishers, newest first."""
    rows, cursor = list_deliveries(query)
    names = publisher_names({row.publisher_id for row in rows})
    items = [
        PublisherDeliveryDocument(
            **{name: getattr(row, name) for name in DeliveryDocument.model_fields},
            publisher_id=row.publisher_id,
            publisher_name=names.get(row.publisher_id),
        )
        for row in rows
    ]
    return fitting_page(items, [cursor_of(row.moment) for row in rows], cursor)
