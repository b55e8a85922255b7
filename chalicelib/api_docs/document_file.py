"""The text of the OpenAPI document: a file of the package, or built once in a process of a checkout."""

import hashlib
import json
from functools import cache, lru_cache
from urllib.parse import urlsplit

from chalicelib.api_docs.openapi import document, text
from chalicelib.endpoints import ENDPOINTS
from chalicelib.http.dispatch import load_view
from chalicelib.settings import openapi_document

_SERVER = "https://smartlink.example/api"
"""The base URL in the file. A served document has the base URL of its request instead."""


def build() -> str:
    """Return the document as packaging stores it. Loads every view, which takes most of a second."""
    return text(document(((endpoint, load_view(endpoint)) for endpoint in ENDPOINTS), _SERVER))


def server_of(base_url: str) -> str:
    """Return the server for the document: the base URL, or its path on a stack of one machine.

    Linters refuse localhost as a server. Clients resolve a path with the address of the document.
    """
    parts = urlsplit(base_url)
    return base_url if parts.scheme == "https" else parts.path or "/"


@lru_cache(maxsize=8)
def text_for(server: str) -> tuple[str, str]:
    """Return the document and its ETag; `server` is the URL of the API."""
    served = _stored().replace(json.dumps(_SERVER), json.dumps(server), 1)
    return served, etag(served)


def etag(content: str) -> str:
    """Return the ETag of a file."""
    return f'"{hashlib.sha256(content.encode()).hexdigest()[:24]}"'


@cache
def _stored() -> str:
    file = openapi_document()
    return file.read_text(encoding="utf-8") if file else build()
