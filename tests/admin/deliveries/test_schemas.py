from chalicelib.admin.deliveries.schemas import DeliveriesQuery, PublisherDeliveryDocument
from chalicelib.http.models import validate


def test_filters_are_those_of_the_contract() -> None:
    query = validate(DeliveriesQuery, {"status": ["dead", "failed"], "publisher_id": ["pub_1"]})
    assert (query.status, query.publisher_id) == (["dead", "failed"], ["pub_1"])


def test_document_names_the_publisher() -> None:
    assert {"publisher_id", "publisher_name"} <= PublisherDeliveryDocument.model_fields.keys()
