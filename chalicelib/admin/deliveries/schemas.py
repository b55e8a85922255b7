"""Query parameters and response model of the deliveries of all publishers."""

from typing import Annotated

from pydantic import Field

from chalicelib.http.models import ListQuery, QueryModel
from chalicelib.postbacks.http_response import DeliveryStatus
from chalicelib.publisher.postbacks.schemas import DeliveryDocument
from chalicelib.reporting.lists.schemas import MAX_VALUES, Ids


class DeliveriesQuery(ListQuery, QueryModel):
    """Filters of the list. A filter that is repeated matches any of its values.

    `dead` lists the deliveries that failed after all attempts. A page that has read too much ends early: it may be
    empty and still have a next page.
    """

    status: Annotated[list[DeliveryStatus], Field(max_length=MAX_VALUES)] | None = None
    publisher_id: Ids | None = None


class PublisherDeliveryDocument(DeliveryDocument):
    """One delivery attempt, with its publisher."""

    publisher_id: str
    publisher_name: str | None
