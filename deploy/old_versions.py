"""Old published versions of the functions. Each holds its code, and an account may store 75 GB of it."""

from typing import Any

from deploy import stack
from deploy.cloud import Cloud
from deploy.template.versions import ALIAS

_KEPT = 5
"""The newest versions of each function that stay, so that its alias can be moved back to them."""


def delete(cloud: Cloud) -> int:
    """Delete the versions that are neither among the newest nor in use, and return their number."""
    client: Any = cloud.session.client("lambda", endpoint_url=cloud.endpoint)
    old = [
        (name, version)
        for name in stack.resources(cloud).get("AWS::Lambda::Function", ())
        for version in _old(client, name)
    ]
    for name, version in old:
        client.delete_function(FunctionName=name, Qualifier=version)
    return len(old)


def _old(client: Any, name: str) -> list[str]:  # noqa: ANN401 - a client of Lambda
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    numbers = sorted(int(each["Version"]) for page in pages for each in page["Versions"] if each["Version"].isdecimal())
    alias = client.get_alias(FunctionName=name, Name=ALIAS)
    used = {alias["FunctionVersion"], *alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", ())}
    return [str(number) for number in numbers[:-_KEPT] if str(number) not in used]
