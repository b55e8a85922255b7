from chalicelib.api_docs import request_examples
from chalicelib.api_docs.definitions import Definitions
from chalicelib.api_docs.request_examples import request_example
from tests.api_docs.support import OPERATIONS, operation

NOTHING = Definitions([])


def test_every_example_belongs_to_an_operation() -> None:
    assert request_examples._EXAMPLES.keys() <= {operation(*each)["operationId"] for each in OPERATIONS}


def test_example_of_another_operation_has_the_required_fields() -> None:
    fields = {"country": {"type": "string"}, "city": {"type": "string"}}
    schema = {"type": "object", "properties": fields, "required": ["country"]}
    assert request_example("other", schema, NOTHING) == {"country": "US"}
