"""The events are API Gateway's, from visitors who differ."""

import json
from itertools import islice

from bench.serving.event import BROWSERS, event, visits


def test_every_visit_has_an_address_of_its_own_and_browsers_take_turns() -> None:
    seen = list(islice(visits("abcdefghij"), 200))
    assert len({each.address for each in seen}) == 200
    assert {each.headers["User-Agent"] for each in seen} == {each["User-Agent"] for each in BROWSERS}


def test_visits_of_one_seed_are_the_same() -> None:
    assert list(islice(visits("abcdefghij", 7), 20)) == list(islice(visits("abcdefghij", 7), 20))


def test_an_event_says_everything_once_and_as_lists() -> None:
    made = event(next(visits("abcdefghij")))
    assert made["multiValueHeaders"] == {name: [value] for name, value in made["headers"].items()}
    assert made["multiValueQueryStringParameters"] == {"sub1": ["placement-0"], "sub2": ["summer"]}
    assert made["requestContext"]["identity"]["sourceIp"] == made["headers"]["X-Forwarded-For"]
    assert json.loads(json.dumps(made)) == made


def test_events_share_nothing_that_can_change() -> None:
    visit = next(visits("abcdefghij"))
    one, other = event(visit), event(visit)
    one["headers"]["X"] = one["requestContext"]["identity"]["x"] = one["pathParameters"]["y"] = "changed"
    assert other == event(visit)
