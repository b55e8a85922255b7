"""ACM and API Gateway in memory, as their documents describe them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.tracking_domains.life import Cloud

API = "trackapi01"
TARGET = "d-1.execute-api.us-east-1.amazonaws.com"


class Killed(BaseException):
    """The process ended here: nothing catches it."""


def aws_error(code: str, message: str = "no", operation: str = "Call") -> ClientError:
    """Return an error as boto3 raises it."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


_GONE, _IN_USE = aws_error("ResourceNotFoundException"), aws_error("ResourceInUseException")
_BUSY = aws_error("ThrottlingException")
_TAKEN, _NO_NAME = aws_error("ConflictException"), aws_error("NotFoundException")


@dataclass(slots=True)
class FakeAws:
    """Both services.

    A call fails with the next of `errors`, and that of the number `fails_at` is throttled. `kill_at` ends the process
    around the call of a number; `meanwhile` happens before the call `interrupted_at`. A certificate is
    `PENDING_VALIDATION` until it is `issued`, and its record is there from the second look on. For `in_use` attempts
    after its domain name was deleted, a certificate counts as used.
    """

    kill_at: int = -1
    is_killed_before: bool = False
    errors: list[Any] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    certificates: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    names: dict[str, dict[str, Any]] = field(default_factory=dict)
    mappings: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    in_use: int = 0
    issues_at_once: bool = False
    fails_at: int = -1
    is_taken: bool = False
    interrupted_at: int = -1
    meanwhile: Callable[[], object] | None = None

    def _call(self, name: str, work: Callable[[], Any]) -> Any:
        number = len(self.calls)
        self.calls.append(name)
        if number == self.interrupted_at and self.meanwhile:
            self.meanwhile()
        if self.errors:
            raise self.errors.pop(0)
        if number == self.fails_at:
            raise _BUSY
        if number == self.kill_at and self.is_killed_before:
            raise Killed
        answer = work()
        if number == self.kill_at:
            raise Killed
        return answer

    def issue(self, **changes: Any) -> None:
        """Change every certificate; by default it is issued."""
        for each in self.certificates.values():
            each.update({"Status": "ISSUED", **changes})

    def request_certificate(self, **sent: Any) -> Any:
        return self._call("request_certificate", lambda: self._request(sent))

    def _request(self, sent: dict[str, Any]) -> dict[str, Any]:
        assert sent["ValidationMethod"] == "DNS"
        assert sent["IdempotencyToken"].replace("_", "").isalnum()
        assert len(sent["IdempotencyToken"]) <= 32
        known = self.tokens.get(sent["IdempotencyToken"])
        if known in self.certificates:
            return {"CertificateArn": known}
        arn = f"arn:aws:acm:us-east-1:123456789012:certificate/{len(self.made) + 1}"
        self.made.append(arn)
        self.tokens[sent["IdempotencyToken"]] = arn
        status = "ISSUED" if self.issues_at_once else "PENDING_VALIDATION"
        self.certificates[arn] = {"Status": status, "DomainName": sent["DomainName"], "looks": 0}
        return {"CertificateArn": arn}

    def describe_certificate(self, **sent: Any) -> Any:
        return self._call("describe_certificate", lambda: self._describe(sent["CertificateArn"]))

    def _describe(self, arn: str) -> dict[str, Any]:
        if arn not in self.certificates:
            raise _GONE
        stored = self.certificates[arn]
        stored["looks"] += 1
        record = {"Type": "CNAME", "Name": f"_x.{stored['DomainName']}.", "Value": "_y.acm-validations.aws."}
        options = [{"ResourceRecord": record}] if stored["looks"] > 1 else [{}]
        return {"Certificate": {**stored, "DomainValidationOptions": options}}

    def delete_certificate(self, **sent: Any) -> Any:
        return self._call("delete_certificate", lambda: self._delete_certificate(sent["CertificateArn"]))

    def _delete_certificate(self, arn: str) -> dict[str, Any]:
        if arn not in self.certificates:
            raise _GONE
        if self.in_use or any(each["CertificateArn"] == arn for each in self.names.values()):
            self.in_use = max(0, self.in_use - 1)
            raise _IN_USE
        del self.certificates[arn]
        return {}

    def create_domain_name(self, **sent: Any) -> Any:
        return self._call("create_domain_name", lambda: self._create(**sent))

    def _create(self, DomainName: str, DomainNameConfigurations: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        if self.is_taken:
            raise _TAKEN
        (sent,) = DomainNameConfigurations
        assert self.certificates[sent["CertificateArn"]]["Status"] == "ISSUED"
        assert (sent["EndpointType"], sent["SecurityPolicy"]) == ("REGIONAL", "TLS_1_2")
        self.names[DomainName] = {**sent, "ApiGatewayDomainName": TARGET, "DomainNameStatus": "AVAILABLE"}
        self.mappings[DomainName] = []
        return self._name(DomainName)

    def get_domain_name(self, **sent: Any) -> Any:
        return self._call("get_domain_name", lambda: self._name(sent["DomainName"]))

    def _name(self, host: str) -> dict[str, Any]:
        if host not in self.names:
            raise _NO_NAME
        return {"DomainName": host, "DomainNameConfigurations": [self.names[host]]}

    def delete_domain_name(self, **sent: Any) -> Any:
        return self._call("delete_domain_name", lambda: self._delete_name(sent["DomainName"]))

    def _delete_name(self, host: str) -> dict[str, Any]:
        assert not self.mappings[host]
        self._name(host)
        del self.names[host]
        return {}

    def get_api_mappings(self, **sent: Any) -> Any:
        return self._call("get_api_mappings", lambda: {"Items": list(self.mappings[sent["DomainName"]])})

    def create_api_mapping(self, **sent: Any) -> Any:
        return self._call("create_api_mapping", lambda: self._map(**sent))

    def _map(self, DomainName: str, ApiId: str, Stage: str) -> dict[str, Any]:  # noqa: N803 - names of boto3
        assert Stage == "$default"
        mapping = {"ApiMappingId": f"m{len(self.mappings[DomainName])}", "ApiId": ApiId, "ApiMappingKey": ""}
        self.mappings[DomainName].append(mapping)
        return mapping

    def update_api_mapping(self, **sent: Any) -> Any:
        (mapping,) = self.mappings[sent["DomainName"]]
        return self._call("update_api_mapping", lambda: mapping.update(ApiId=sent["ApiId"]) or mapping)

    def delete_api_mapping(self, **sent: Any) -> Any:
        return self._call("delete_api_mapping", lambda: self.mappings.update({sent["DomainName"]: []}))


def a_cloud(aws: FakeAws, *, leads_here: bool | None = True, **changes: Any) -> Cloud:
    """Return the fake as a cloud in which hosts lead to us, or not."""
    fields: dict[str, Any] = {"acm": aws, "gateway": aws, "leads_to": lambda *_: leads_here, "api_id": API}
    return Cloud(**{**fields, **changes})
