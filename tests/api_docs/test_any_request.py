"""Any request that the document allows, and others: no failure, and no answer that it does not describe.

The requests are Schemathesis's. `EXAMPLES` sets their number for each operation; `make soak` has more.
"""

import os
import re
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api_docs.support import OPERATIONS, operation, served_document
from tests.conftest import Api
from tests.conversions.imports.queue import create_queue as make_imports_queue
from tests.documents import (
    add_publisher,
    apply,
    clicked,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    pending,
    recorded,
    set_terms,
)
from tests.people import new_user
from tests.postbacks.rows import make_queue as make_postbacks_queue

pytestmark = pytest.mark.no_cover

EXAMPLES = int(os.environ.get("EXAMPLES", "4"))
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
KEYS = {"admin": ["admin", "admin", "admin", "publisher", ""], "publisher": ["publisher"] * 3 + ["admin", ""]}
"""The callers of each audience, most often the one whom it answers."""

REQUEST = {"method", "url", "headers", "params", "json", "data", "cookies", "files"}
UNSENT = {"authorization", "host", "content-length"}
QUICK: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}
HOST = "http://api1.execute-api.localhost:4566"
SCHEMA = schemathesis.openapi.from_dict(served_document())
TAGS = sorted({tag for each in OPERATIONS for tag in operation(*each)["tags"]})


@pytest.fixture
def world(admin: Api) -> dict[str, Any]:
    """IDs of one resource of each kind, and the keys of an admin and a publisher."""
    make_imports_queue()
    make_postbacks_queue()
    campaign = new_campaign(admin)
    smartlink, publisher = new_smartlink(admin, campaign), new_publisher(admin)
    good(apply(new_publisher(admin), smartlink))
    link = add_publisher(admin, smartlink, publisher)
    clicked(link)
    (click_id,) = recorded()
    converted = good(Api().get(f"/postback?click_id={click_id}&token={campaign['postback_token']}"))
    set_terms(admin, publisher.id, campaign, payout="2")
    postback = good(publisher.api.post("/publisher/postbacks", {"url": "https://pub.example/?c={click_id}"}))
    return {
        "campaign_id": campaign["id"],
        "smartlink_id": smartlink["id"],
        "publisher_id": publisher.id,
        "application_id": pending(admin)[0],
        "click_id": click_id,
        "conversion_id": converted["conversion_id"],
        "postback_id": postback["id"],
        "user_id": new_user(admin, "manager").id,
        "key_id": good(publisher.api.post("/publisher/me/keys"))["key_id"],
        "asset": "start.js",
        "code": link,
        "keys": {"admin": admin.key, "publisher": publisher.api.key, "": ""},
    }


def answer(case: Any, key: str) -> schemathesis.Response:
    """Send a request to the application in process, with the key of a caller."""
    arguments = case.as_transport_kwargs(base_url=HOST)
    try:
        sent = requests.Request(**{name: arguments[name] for name in REQUEST & arguments.keys()}).prepare()
    except (requests.RequestException, UnicodeError):
        reject()  # a value that no client can send in this place
    headers = {name: str(value) for name, value in sent.headers.items() if name.lower() not in UNSENT}
    body: Any = sent.body or b""
    api = Api(key, headers)
    body = body if isinstance(body, bytes) else body.encode()
    answered = api.call(case.method, (sent.url or "").removeprefix(HOST), body)
    received = {name: [value] for name, value in answered.headers.items()}
    return schemathesis.Response(answered.status, received, answered.text.encode(), sent, 0.0, verify=True)


def check_operation(path: str, method: str, world: dict[str, Any]) -> None:
    """Send any requests to an operation: most with a resource that exists, and with the key that it needs."""
    known = {name: world[name] for name in re.findall(r"{(\w+)}", path) if name in world}
    keys = KEYS.get(path.split("/")[1], [""])

    @settings(max_examples=EXAMPLES, derandomize="EXAMPLES" not in os.environ, **QUICK)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
        existing = known if data.draw(st.sampled_from([True, True, False])) else {}
        key = data.draw(st.sampled_from(keys))
        case = data.draw(SCHEMA[path][method].as_strategy(generation_mode=mode, path_parameters=existing or None))
        case.validate_response(answer(case, world["keys"][key]), checks=CHECKS)

    check()


@pytest.mark.parametrize("tag", TAGS)
def test_no_request_fails_or_gets_an_answer_that_is_not_described(world: dict[str, Any], tag: str) -> None:
    for path, method in OPERATIONS:
        if operation(path, method)["tags"] == [tag]:
            check_operation(path, method, world)
