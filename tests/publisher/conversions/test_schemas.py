from chalicelib.http.models import validate
from chalicelib.publisher.conversions.schemas import OwnConversionsQuery


def test_filters_are_those_of_the_contract() -> None:
    names = ("smartlink_id", "campaign_id", "goal", "click_id", "external_click_id")
    parameters = {**{name: name for name in names}, "status": "rejected", "reported_by": "pixel"}
    several = {name: value if name == "external_click_id" else [value] for name, value in parameters.items()}
    expected = {name: (value,) for name, value in parameters.items()}
    assert validate(OwnConversionsQuery, several).filters == expected
