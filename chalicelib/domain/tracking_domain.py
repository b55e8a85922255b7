"""A tracking domain: a host of the network on which links are printed."""

from dataclasses import asdict, dataclass
from enum import StrEnum

CNAME = "CNAME"


class DomainStatus(StrEnum):
    """How far a tracking domain is.

    `pending_certificate`: the certificate is not issued yet. `pending_dns`: certificate and domain name exist, and the
    host does not lead to them yet. `active`: links are printed on it. `failed`: its reason says what to do.
    """

    PENDING_DNS = "pending_dns"
    PENDING_CERTIFICATE = "pending_certificate"
    ACTIVE = "active"
    FAILED = "failed"


class RecordPurpose(StrEnum):
    """What a DNS record is for. That of the certificate must stay: AWS renews the certificate by it."""

    CERTIFICATE = "certificate"
    TRAFFIC = "traffic"


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A DNS record that the network creates. Names and values have no final dot."""

    type: str
    name: str
    value: str
    purpose: RecordPurpose

    @property
    def stored(self) -> dict[str, str]:
        """Return the record as it is stored."""
        return {**asdict(self), "purpose": self.purpose.value}


def validation_record(kind: str, name: str, value: str) -> DnsRecord:
    """Return the record by which AWS sees that the host is the network's."""
    return DnsRecord(kind, name.rstrip("."), value.rstrip("."), RecordPurpose.CERTIFICATE)


def traffic_record(host: str, target: str) -> DnsRecord:
    """Return the record that leads the host to API Gateway or to the CDN in front of it."""
    return DnsRecord(CNAME, host, target.rstrip("."), RecordPurpose.TRAFFIC)
