"""Examples of request bodies, by operation."""

from typing import Any

from chalicelib.api_docs.definitions import Definitions, Schema
from chalicelib.api_docs.examples import example_of

_CAMPAIGN_ID = "cmp_01kb2v7xtnq4d5w9e2r8c6m3pz"
_EXAMPLES: dict[str, Any] = {
    "createCampaign": {
        "name": "Game A",
        "destination_url": "https://acme.example/?cid={click_id}&s={sub1}",
        "payout": "1.50",
        "revenue": "2.00",
        "currency": "USD",
        "targeting": {"countries": ["US"], "devices": ["mobile"]},
        "caps": [{"metric": "clicks", "window": "day", "limit": "1000"}],
    },
    "updateCampaign": {"payout": "1.75"},
    "createSmartlink": {
        "name": "Summer App Deals",
        "fallback_url": "https://network.example/more",
        "offers": [{"campaign_id": _CAMPAIGN_ID, "weight": 3}],
    },
    "updateSmartlink": {"holdout_percent": 10},
    "simulateSmartlink": {"country": "US", "device": "mobile", "os": "ios"},
    "createPublisher": {"name": "Ann", "email": "ann@pub.example"},
    "updatePublisher": {"status": "suspended"},
    "createUser": {"name": "Ben", "email": "ben@network.example", "role": "manager"},
    "updateUser": {"role": "analyst"},
    "updateSettings": {"contact": "partners@network.example", "timezone": "Europe/Berlin"},
    "setPublisherTerms": {"payout": "2.00"},
    "setExchangeRates": {"base": "USD", "rates": {"EUR": "1.08"}, "from": "2026-11-01"},
    "decideApplications": {"ids": ["app_01kb2v7xtnq4d5w9e2r8c6m3pz"], "decision": "approve"},
    "decideConversion": {"status": "rejected", "reason": "Refunded."},
    "importConversions": {"rows": [{"click_id": "01kb2v7xtnq4d5w9e2r8c6m3pz", "txid": "order-1", "event": "sale"}]},
    "myCreatePostback": {"url": "https://pub.example/postback?cid={external_click_id}&payout={payout}"},
    "myUpdatePostback": {"event": "sale"},
}
"""Bodies that a first user would send. Those of other operations are generated from their required fields."""


def request_example(operation_id: str, schema: Schema, definitions: Definitions) -> Any:  # noqa: ANN401 - any JSON value
    """Return the example of a request body."""
    if operation_id in _EXAMPLES:
        return _EXAMPLES[operation_id]
    resolved = definitions.resolved(schema)
    required = {name: resolved["properties"][name] for name in resolved.get("required", [])}
    return example_of({**resolved, "properties": required}, definitions)
