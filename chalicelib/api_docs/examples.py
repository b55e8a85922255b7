"""Examples of documents, made from their schemas."""

from typing import Any

from chalicelib.api_docs.definitions import Definitions, Schema

_TIME = "2026-11-01T12:00:00.000Z"
_FORMATS = {"date": "2026-11-01", "date-time": _TIME, "uri": "https://acme.example/"}
_ULID = "01kb2v7xtnq4d5w9e2r8c6m3pz"
_VALUES = {
    "EUR": "1.08",
    "actor": "k3v5q2m7x4ab",
    "address": "203.0.113.7",
    "advertiser": "Acme",
    "api_key": "slk_pub_k3v5q2m7x4ab0J6bTq9vWm2Yc8Rz4Ln7Kd1Xs5Pg3Hf6Ua0Ei9Ob2Mv",
    "application_id": f"app_{_ULID}",
    "base": "USD",
    "browser": "Safari",
    "campaign": f"cmp_{_ULID}",
    "campaign_id": f"cmp_{_ULID}",
    "campaign_name": "Game A",
    "catch_all_campaign_id": f"cmp_{_ULID}",
    "city": "Austin",
    "click_id": _ULID,
    "code": "k3v5q2m7x4",
    "conversion_id": f"cnv_{_ULID}",
    "country": "US",
    "country_database": "2026-11",
    "currency": "USD",
    "decided_by": f"usr_{_ULID}",
    "destination_url": "https://acme.example/?cid={click_id}&s={sub1}",
    "email": "ann@pub.example",
    "event": "sale",
    "fallback_url": "https://network.example/more",
    "goal": "sale",
    "host": "go.network.example",
    "id": _ULID,
    "key_id": "k3v5q2m7x4ab",
    "language": "en",
    "message": "Newsletter with 20,000 readers.",
    "name": "Summer App Deals",
    "network": "AS7018",
    "next_cursor": None,
    "os_version": "17.5",
    "payout": "1.50",
    "postback_id": f"pbk_{_ULID}",
    "prefix": "slk_pub_k3v5q2m7x4ab",
    "publisher": f"pub_{_ULID}",
    "publisher_id": f"pub_{_ULID}",
    "publisher_name": "Ann",
    "region": "US-TX",
    "revenue": "2.00",
    "segment": "US|mobile",
    "smartlink": f"sml_{_ULID}",
    "smartlink_id": f"sml_{_ULID}",
    "smartlink_name": "Summer App Deals",
    "sub1": "newsletter-jan",
    "tag": "games",
    "timezone": "UTC",
    "txid": "order-1",
    "user_id": f"usr_{_ULID}",
    "user_name": "Ben",
    "url": "https://go.network.example/s/k3v5q2m7x4",
}
"""Values of fields by name."""

_KEYS = {"email_notifications": "cap_reached", "rates": "EUR", "sub_ids": "sub1"}
"""Names in mappings, by the field of the mapping."""

_SCALARS: dict[str, Any] = {"string": "text", "integer": 1, "number": 0.5, "boolean": True, "null": None}


def example_of(schema: Schema, definitions: Definitions, name: str = "") -> Any:  # noqa: ANN401 - any JSON value
    """Return a value that is valid for the schema. `name` is the name of the field."""
    schema = definitions.resolved(schema)
    for key in ("examples", "enum"):
        if key in schema:
            return schema[key][0]
    if "const" in schema:
        return schema["const"]
    if "anyOf" in schema:
        if _VALUES.get(name, "") is None:
            return None
        common = {key: value for key, value in schema.items() if key != "anyOf"}
        return example_of({**common, **schema["anyOf"][0]}, definitions, name)
    match schema.get("type"):
        case "object":
            return _object(schema, definitions, name)
        case "array":
            items = [example_of(schema.get("items", {}), definitions, name.removesuffix("s"))]
            return items * max(1, schema.get("minItems", 1))
        case "string":
            return _FORMATS.get(schema.get("format", "")) or _VALUES.get(name, _SCALARS["string"])
        case other:
            return max(_SCALARS.get(str(other)), schema["minimum"]) if "minimum" in schema else _SCALARS.get(str(other))


def _object(schema: Schema, definitions: Definitions, name: str) -> dict[str, Any]:
    if "properties" in schema:
        return {each: example_of(value, definitions, each) for each, value in schema["properties"].items()}
    values = schema.get("additionalProperties")
    key = schema.get("propertyNames", {}).get("enum", [_KEYS.get(name, "name")])[0]
    return {key: example_of(values, definitions, key)} if isinstance(values, dict) else {}
