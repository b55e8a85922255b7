"""Request and response models of tracking domains."""

from typing import Annotated

from pydantic import AfterValidator, Field

from chalicelib.admin.smartlinks.schemas import MAX_DOMAIN
from chalicelib.admin.tracking_domains.hosts import ascii_host
from chalicelib.domain.tracking_domain import DomainStatus, RecordPurpose
from chalicelib.http.fields import Timestamp
from chalicelib.http.models import RequestModel, ResponseModel

Host = Annotated[
    str, Field(min_length=1, max_length=MAX_DOMAIN, examples=["go.network.example"]), AfterValidator(ascii_host)
]


class NewDomain(RequestModel):
    """The host of a new tracking domain. It is stored in lower case, and in ASCII if it has other letters."""

    host: Host


class DnsRecordDocument(ResponseModel):
    """A DNS record to create, and to keep: AWS renews the certificate by the one with the purpose `certificate`."""

    type: str
    name: str
    value: str
    purpose: RecordPurpose


class DomainDocument(ResponseModel):
    """A tracking domain, the DNS records to create for it, and the number of smartlinks that use it.

    `pending_certificate`: create the record of the certificate. `pending_dns`: create that of the traffic. `active`:
    links are printed on it. `failed`: `reason` says why and what to do.
    """

    id: str
    host: str
    status: DomainStatus
    reason: str | None
    records: list[DnsRecordDocument]
    smartlink_count: int
    version: int
    created_at: Timestamp
    updated_at: Timestamp
