"""Events are API Gateway's, from different visitors."""

import json
from itertools import islice

from bench.serving.event import BROWSERS, event, visits


def test_every_visit_has_a_new_address_and_browsers_alternate() -> None:
    seen = list(islice(visits("abcdefghij"), 200))
    assert len({each.address for each in seen}) == 200
    assert {each.headers["User-Agent"] for each in seen} == {each["User-Agent"] for each in BROWSERS}


def test_same_seed_gives_the_same_visits() -> None:
    assert list(islice(visits("abcdefghij", 7), 20)) == list(islice(visits("abcdefghij", 7), 20))


def test_event_has_single_and_multi_value_fields() -> None:
    click_event = event(next(visits("abcdefghij")))
    assert click_event["multiValueHeaders"] == {name: [value] for name, value in click_event["headers"].items()}
    assert click_event["multiValueQueryStringParameters"] == {"sub1": ["placement-0"], "sub2": ["summer"]}
    assert click_event["requestContext"]["identity"]["sourceIp"] == click_event["headers"]["X-Forwarded-For"]
    assert json.loads(json.dumps(click_event)) == click_event


def test_events_share_no_mutable_values() -> None:
    visit = next(visits("abcdefghij"))
    one, other = event(visit), event(visit)
    one["headers"]["X"] = one["requestContext"]["identity"]["x"] = one["pathParameters"]["y"] = "changed"
    assert other == event(visit)
