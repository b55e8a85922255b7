import hashlib
import hmac

from chalicelib.postbacks.signature import signed_headers

URL = "https://pub.example/?cid=1"


def test_signature_covers_timestamp_and_url() -> None:
    expected = hmac.new(b"5ec2e7", b"1793795400.https://pub.example/?cid=1", hashlib.sha256).hexdigest()
    assert signed_headers("5ec2e7", URL, 1_793_795_400) == {
        "User-Agent": "Smartlink-Postback/1",
        "Accept": "*/*",
        "X-Smartlink-Timestamp": "1793795400",
        "X-Smartlink-Signature": f"v1={expected}",
    }


def test_other_secret_timestamp_or_url_has_another_signature() -> None:
    requests = [("a", URL, 1), ("b", URL, 1), ("a", URL, 2), ("a", URL + "2", 1)]
    assert len({signed_headers(*request)["X-Smartlink-Signature"] for request in requests}) == 4
