"""Postbacks with formal faults are recorded on the deployed stack; nonsense is refused and listed."""

from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest

from local.http import send
from tests.stack.network import Network
from tests.stack.test_conversions import token_of

MACROS = ["{x}", "{{x}}", "%x%", "[x]", "$x", "#x#", "%7Bx%7D", "%257Bx%257D", "${x}", "__X__"]
NONSENSE = ["-1", "abc", "1e-7", "NaN", "9" * 40]


def _new_click(network: Network, name: str) -> tuple[str, str, str]:
    """Return a campaign, a click of it, and its token."""
    campaign = network.campaign(name, payout="1.50")
    click = network.click(network.link(network.smartlink({"campaign_id": campaign}))).click_id
    return campaign, click, token_of(network, campaign)


def _post(url: str, media: str, body: bytes) -> int:
    """Send a POST with a body that is not JSON; return the status."""
    parts = urlsplit(url)
    connection = HTTPConnection("127.0.0.1", parts.port, timeout=30)
    try:
        headers = {"Host": parts.netloc, "Content-Type": media}
        connection.request("POST", f"{parts.path}?{parts.query}", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_unreplaced_macro_of_each_form_counts_as_not_sent(network: Network) -> None:
    _, click, token = _new_click(network, "macros")
    ids = set()
    for macro in MACROS:
        query = urlencode({"click_id": click, "token": token, "txid": macro, "payout": macro, "currency": macro})
        ids.add(send("GET", f"{network.url}/postback?{query}").json()["conversion_id"])
    assert len(ids) == 1


def test_formal_faults_are_forgiven(network: Network) -> None:
    campaign, click, token = _new_click(network, "formal")
    sent = {"click_id": click, "token": token, "payout": "1.2000000000000002", "currency": "usd", "status": "APPROVED"}
    url = f"{network.url}/postback?{urlencode(sent)}"
    bodies = [("multipart/form-data; boundary=b", b"--b--\r\n"), ("text/plain", b"ok"), ("application/json", b"")]
    assert [_post(url, media, body) for media, body in bodies] == [200, 200, 200]
    (found,) = network.all(f"/admin/conversions?campaign_id={campaign}")
    assert (found["click_id"], found["payout"]) == (click, "1.2")


@pytest.mark.parametrize("amount", NONSENSE)
def test_nonsense_is_refused_and_listed(network: Network, amount: str) -> None:
    campaign, click, token = _new_click(network, "nonsense")
    query = urlencode({"click_id": click, "token": token, "payout": amount})
    assert send("GET", f"{network.url}/postback?{query}").status == 422
    (listed,) = network.all(f"/admin/postbacks/refused?campaign_id={campaign}")
    assert (listed["reason"], listed["click_id"]) == ("invalid", click)
    assert token not in str(listed)


def test_replaced_token_works(network: Network) -> None:
    campaign, click, token = _new_click(network, "rotated")
    network.good("POST", f"/admin/campaigns/{campaign}/rotate-token")
    for each in (token, token_of(network, campaign)):
        query = urlencode({"click_id": click, "token": each})
        assert send("GET", f"{network.url}/postback?{query}").status == 200
    assert send("GET", f"{network.url}/postback?{urlencode({'click_id': 'unknown', 'token': token})}").status == 404
    (listed,) = network.all(f"/admin/postbacks/refused?campaign_id={campaign}")
    assert listed["reason"] == "unknown_click"
