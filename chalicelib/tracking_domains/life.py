"""Sets up what a tracking domain needs at AWS, and deletes it. Each step can be repeated: twice equals once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.timestamps import timestamp
from chalicelib.domain.tracking_domain import DomainStatus
from chalicelib.tables.tracking_domains import DomainRow
from chalicelib.tracking_domains import certificates, domain_names
from chalicelib.tracking_domains.certificates import Acm
from chalicelib.tracking_domains.domain_names import Gateway
from chalicelib.tracking_domains.state import (
    Built,
    Certificate,
    DomainName,
    Past,
    State,
    after_issue,
    before_issue,
    of_foreign_name,
)


@dataclass(frozen=True, slots=True)
class Cloud:
    """AWS as this package uses it, and the lookup of a host. `api_id` is the tracking API.

    `edges` has the names of the CDN's distributions by host. Other hosts lead to API Gateway.
    """

    acm: Acm
    gateway: Gateway
    leads_to: Callable[[str, Iterable[str]], bool | None]
    api_id: str
    edges: Mapping[str, str] = field(default_factory=dict)


def set_up(row: DomainRow, cloud: Cloud, now: datetime) -> State:
    """Take every step that is possible now, and return the state after it.

    A domain name that was made by hand and is mapped to the tracking API is used as it is, with its own certificate.
    """
    name = domain_names.find(cloud.gateway, row.host)
    if name and name.certificate_arn != row.certificate_arn:
        is_ours = domain_names.is_mapped_to(cloud.gateway, row.host, cloud.api_id)
        return _built(row, cloud, Certificate(is_issued=True), name) if is_ours else of_foreign_name(Certificate())
    arn = row.certificate_arn or _request(row, cloud, now)
    certificate = certificates.describe(cloud.acm, arn)
    if not certificate.is_issued:
        return before_issue(certificate)
    name = name or domain_names.create(cloud.gateway, row.host, arn)
    if name is None:
        return of_foreign_name(certificate)
    domain_names.map_to(cloud.gateway, row.host, cloud.api_id)
    return _built(row, cloud, certificate, name)


def _built(row: DomainRow, cloud: Cloud, certificate: Certificate, name: DomainName) -> State:
    built = Built(row.host, certificate, name, cloud.edges.get(row.host, ""))
    past = Past(row.status == DomainStatus.ACTIVE, row.misses)
    return after_issue(built, past, leads_here=cloud.leads_to(row.host, built.targets))


def _request(row: DomainRow, cloud: Cloud, now: datetime) -> str:
    """Request the certificate and store its ARN. The time of the request says to a removal that one may exist."""
    row.update([DomainRow.requested_at.set(timestamp(now))], DomainRow.id.exists())
    arn = certificates.request(cloud.acm, row.host, row.id)
    row.update([DomainRow.certificate_arn.set(arn)], DomainRow.id.exists())
    return arn


def tear_down(row: DomainRow, cloud: Cloud) -> bool:
    """Delete mapping, domain name and certificate of the domain; return whether all of them are deleted.

    A domain name with another certificate was made by hand and stays.
    """
    if not row.requested_at:
        return True
    arn = row.certificate_arn or certificates.find_requested(cloud.acm, row.host, row.id)
    if arn is None:
        return True
    name = domain_names.find(cloud.gateway, row.host)
    if name and name.certificate_arn == arn:
        domain_names.delete(cloud.gateway, row.host)
    return certificates.delete(cloud.acm, arn)
