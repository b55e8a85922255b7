"""DynamoDB and SQS on loopback for clients that are not the SDK's: moto answers whatever arrives, in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

HOSTS = {
    "AmazonSQS": "https://sqs.us-east-1.amazonaws.com/",
    "DynamoDB_20120810": "https://dynamodb.us-east-1.amazonaws.com/",
}
"""Where moto expects the requests of each service."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        asked.append(self.headers["x-amz-target"].partition(".")[2])
        status, answered = _answer(dict(self.headers.items()), body)
        self.send_response(status)
        self.send_header("content-type", "application/x-amz-json-1.0")
        self.send_header("content-length", str(len(answered)))
        self.end_headers()
        self.wfile.write(answered)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the library names it
        pass


asked: list[str] = []
"""The operations that were asked for, in their order; `noted` begins anew."""


@contextmanager
def noted() -> Iterator[list[str]]:
    """The operations that arrive from now on."""
    asked.clear()
    yield asked


def _answer(headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    from botocore.awsrequest import AWSPreparedRequest
    from botocore.compat import HTTPHeaders
    from moto.core.models import botocore_stubber

    host = HOSTS[headers["x-amz-target"].partition(".")[0]]
    named = HTTPHeaders()
    for name, value in headers.items():
        named[name] = value
    answered = botocore_stubber.process_request(AWSPreparedRequest("POST", host, named, body, stream_output=False))
    if not botocore_stubber.enabled or answered is None:
        return 500, b'{"__type": "NoMoto"}'
    status, _, text = answered
    return status, text if isinstance(text, bytes) else text.encode()


@cache
def moto_endpoint() -> str:
    """The URL; it answers as long as this process lives."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"
