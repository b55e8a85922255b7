"""Table of the tracking domains."""

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, LocalSecondaryIndex
from pynamodb.models import Model

from chalicelib.domain.tracking_domain import DomainStatus
from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta

NETWORK = "network"
"""The partition of all tracking domains: a network has at most a hundred."""

HOSTS = "hosts"
"""The partition of the rows that reserve a host: one for each domain until its certificate and name are deleted."""


class DomainsToCheck(LocalSecondaryIndex["DomainRow"]):
    """The domains with a next check, in its order. Read consistently."""

    class Meta:
        index_name = "by_check"
        projection = AllProjection()

    network = UnicodeAttribute(hash_key=True)
    check_at = UnicodeAttribute(range_key=True)


class DomainRow(Model):
    """A tracking domain. `status` is a `DomainStatus`, `records` are the DNS records to create.

    `check_at` is the time from which it is looked at again; without one it is not. `leased_until` keeps two runs from
    working on it at once. `requested_at` is the time of the first request for the certificate, `target` the name of the
    domain at API Gateway, `misses` the number of successive checks in which an active host led elsewhere. `uses` is
    raised by each smartlink that is set to the domain. A domain with `removed_at` is deleted for its callers, and its
    row is deleted when its mapping, domain name and certificate are deleted.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "domains"

    by_check = DomainsToCheck()
    network = UnicodeAttribute(hash_key=True, default=NETWORK)
    id = UnicodeAttribute(range_key=True)
    version = IntegerAttribute()
    host = UnicodeAttribute()
    status = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    records = JSONAttribute(default=list)
    check_at = UnicodeAttribute(null=True)
    leased_until = UnicodeAttribute(null=True)
    requested_at = UnicodeAttribute(null=True)
    certificate_arn = UnicodeAttribute(null=True)
    target = UnicodeAttribute(null=True)
    misses = IntegerAttribute(default=0)
    uses = IntegerAttribute(default=0)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    removed_at = UnicodeAttribute(null=True)


def all_domains() -> list[DomainRow]:
    """Return all domains, also those that are being removed, oldest first. Read consistently."""
    return list(DomainRow.query(NETWORK, consistent_read=True))


def live_domains() -> list[DomainRow]:
    """Return the domains that are not removed, oldest first."""
    return [row for row in all_domains() if not row.removed_at]


def live_domain(host: str) -> DomainRow | None:
    """Return the domain of a host that is not removed, or None."""
    return next((row for row in live_domains() if row.host == host), None)


def inactive_hosts() -> frozenset[str]:
    """Return the hosts of domains on which no link is printed: not active, or being removed."""
    return frozenset(row.host for row in all_domains() if row.removed_at or row.status != DomainStatus.ACTIVE)


def active_hosts() -> frozenset[str]:
    """Return the hosts that a smartlink may be set to."""
    return frozenset(row.host for row in live_domains() if row.status == DomainStatus.ACTIVE)
