"""A click that DynamoDB rejects: the visitor is redirected, and the click is written later."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy import cloud
from tests.stack.network import Network, wait_for

pytestmark = pytest.mark.alone  # while the table rejects clicks, it rejects those of other tests too

DENY = {"Effect": "Deny", "Action": "dynamodb:PutItem", "Resource": "*"}


@contextmanager
def clicks_refused() -> Iterator[None]:
    """Make DynamoDB reject every put of the API's function, by a policy on its role."""
    here = cloud.local()
    lambdas, iam = (here.session.client(name, endpoint_url=here.endpoint) for name in ("lambda", "iam"))
    functions = lambdas.list_functions()["Functions"]
    role = next(each["Role"] for each in functions if each["Handler"] == "app.app").rpartition("/")[2]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [DENY]})
    iam.put_role_policy(RoleName=role, PolicyName="refuse-clicks", PolicyDocument=policy)
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="refuse-clicks")


def test_click_rejected_by_the_table_is_redirected_and_written_later(network: Network) -> None:
    link = network.link(network.smartlink({"campaign_id": network.campaign("safe")}))
    network.click(link)
    with clicks_refused():
        seen = network.click(link, query={"sub1": "kept"})
        assert (seen.status, seen.host) == (302, "safe.example")
    wait_for(30, lambda: network.call("GET", f"/admin/clicks/{seen.click_id}").status, 200)
    document = network.document(seen.click_id)
    assert (document["outcome"], document["sub_ids"]) == ("offer", {"sub1": "kept"})
