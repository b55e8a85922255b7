"""A tracking domain on the deployed stack, from its request to a click and a postback on it, and its removal."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from deploy import cloud
from local.http import LocalResponse, get
from tests.stack.network import IPHONE, Network, wait_for
from tests.stack.test_conversions import token_of


@pytest.fixture
def domain(network: Network) -> Iterator[dict[str, Any]]:
    """Add a domain, wait until it is active, and remove it afterwards."""
    made = network.good("POST", "/admin/domains", {"host": f"Go-{network.mark}.Brand.Example"})
    path = f"/admin/domains/{made['id']}"
    wait_for(30, lambda: network.good("GET", path)["status"], "active")
    yield network.good("GET", path)
    network.call("DELETE", path)


def at(network: Network, host: str, path: str) -> LocalResponse:
    """Send a request for a host to the port of the stack, as a visitor whose DNS leads there."""
    port = urlsplit(network.url).port
    return get(f"http://127.0.0.1:{port}{path}", {"Host": f"{host}:{port}", "User-Agent": IPHONE})


def left_at_aws(host: str) -> list[str]:
    """Return the certificates and domain names of a host."""
    here = cloud.local()
    acm, gateway = (here.session.client(name, endpoint_url=here.endpoint) for name in ("acm", "apigatewayv2"))
    certificates = acm.list_certificates()["CertificateSummaryList"]
    found = [each["CertificateArn"] for each in certificates if each["DomainName"] == host]
    return found + [each["DomainName"] for each in gateway.get_domain_names()["Items"] if each["DomainName"] == host]


def test_domain_serves_clicks_and_postbacks_until_it_is_deleted(network: Network, domain: dict[str, Any]) -> None:
    host, path = domain["host"], f"/admin/domains/{domain['id']}"
    assert host == f"go-{network.mark}.brand.example"
    assert [each["purpose"] for each in domain["records"]] == ["certificate", "traffic"]
    assert domain["records"][1]["value"].endswith(".amazonaws.com")
    assert host in network.good("GET", "/admin/me")["tracking_domains"]

    campaign = network.campaign("shop")
    smartlink = network.smartlink({"campaign_id": campaign}, tracking_domain=host)
    link = urlsplit(network.link(smartlink))
    assert (link.scheme, link.netloc) == ("https", host)

    clicked = at(network, host, link.path)
    assert clicked.status == 302
    click_id = clicked.headers["location"].partition("cid=")[2].partition("&")[0]
    sent = urlencode({"click_id": click_id, "token": token_of(network, campaign)})
    assert at(network, host, f"/postback?{sent}").json()["status"] == "recorded"

    assert "use" in network.call("DELETE", path).json()["detail"]
    network.good("PATCH", f"/admin/smartlinks/{smartlink}", {"tracking_domain": None})
    assert network.call("DELETE", path).status == 204
    wait_for(30, lambda: len(left_at_aws(host)), 0)
    assert at(network, host, link.path).status != 302
    (member,) = network.good("GET", f"/admin/smartlinks/{smartlink}/publishers")["items"]
    assert member["link"]["url"] == f"{network.tracking_url}{link.path}"
