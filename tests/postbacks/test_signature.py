import hashlib
import hmac

from chalicelib.postbacks.signature import headers

URL = "https://pub.example/?cid=1"


def test_a_call_is_signed_over_its_time_and_url() -> None:
    expected = hmac.new(b"5ec2e7", b"1793795400.https://pub.example/?cid=1", hashlib.sha256).hexdigest()
    assert headers("5ec2e7", URL, 1_793_795_400) == {
        "User-Agent": "Smartlink-Postback/1",
        "Accept": "*/*",
        "X-Smartlink-Timestamp": "1793795400",
        "X-Smartlink-Signature": f"v1={expected}",
    }


def test_another_secret_time_or_url_has_another_signature() -> None:
    calls = [("a", URL, 1), ("b", URL, 1), ("a", URL, 2), ("a", URL + "2", 1)]
    assert len({headers(*each)["X-Smartlink-Signature"] for each in calls}) == 4
