"""Parts of the template that the emulator ignores and AWS applies, and the set-up of SES."""

import json
from contextlib import suppress
from pathlib import Path

from deploy import package
from deploy.cloud import Cloud


def put_gateway_responses(cloud: Cloud, folder: Path, api_id: str) -> None:
    """Set the gateway responses of the template. The emulator ignores them when it imports the API."""
    api = json.loads((folder / package.TEMPLATE).read_text())["Resources"]["RestAPI"]["Properties"]
    client = cloud.session.client("apigateway", endpoint_url=cloud.endpoint)
    for kind, response in api["DefinitionBody"]["x-amazon-apigateway-gateway-responses"].items():
        client.put_gateway_response(restApiId=api_id, responseType=kind, **response)
    client.create_deployment(restApiId=api_id, stageName=api["StageName"])


def verify_email_identity(cloud: Cloud, address: str) -> None:
    """Create the identity from which e-mails are sent, unless it exists. The emulator verifies it at once."""
    client = cloud.session.client("sesv2", endpoint_url=cloud.endpoint)
    with suppress(client.exceptions.AlreadyExistsException):
        client.create_email_identity(EmailIdentity=address)
