"""The state of a tracking domain as its callers see it, and the time of the next check. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.tracking_domain import DnsRecord, DomainStatus, traffic_record

MISSES = 3
"""Successive hourly checks in which the host of an active domain leads elsewhere, after which no link is printed on it:
one answer may be wrong, or have none of the addresses that the other has."""

SOON, LATER, HOURLY = timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1)
_IMPATIENT = timedelta(hours=2)
"""Time after its creation for which a domain is checked every minute: somebody waits for it."""

FOREIGN = (
    "The host is a custom domain of API Gateway already, which was not made here. Map it to the tracking API or delete "
    "it at AWS. It is looked at again every 15 minutes."
)
_BUSY = {"", "Throttling", "ThrottlingException", "TooManyRequestsException", "ServiceUnavailableException"}
REFUSALS = {"InvalidParameterException", "InvalidDomainValidationOptionsException", "ValidationException"}
"""Codes of AWS for a host that gets no certificate."""

_ELSEWHERE = "The host does not lead to {target} yet. Create its DNS record; a proxy in front of it must be off."
_LOST = "The host does not lead to {target} any more. Create its DNS record again."
_PREPARING = "API Gateway is preparing the domain name."


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate: whether it can be used, its DNS record if AWS has made it, and why it failed for good.

    `warning` says what endangers a certificate that can be used.
    """

    is_issued: bool = False
    record: DnsRecord | None = None
    failure: str | None = None
    warning: str | None = None

    @property
    def records(self) -> tuple[DnsRecord, ...]:
        """Return the DNS record, if there is one."""
        return (self.record,) if self.record else ()


@dataclass(frozen=True, slots=True)
class DomainName:
    """A domain name at API Gateway: the name to which its host must lead, its certificate, and if it serves yet."""

    target: str
    certificate_arn: str
    is_available: bool = True


@dataclass(frozen=True, slots=True)
class Built:
    """What AWS has for a host: certificate and domain name. `edge` is the name of its CDN, empty without one."""

    host: str
    certificate: Certificate
    name: DomainName
    edge: str = ""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the names to which the host may lead; the first one is to be its DNS record."""
        return (self.edge, self.name.target) if self.edge else (self.name.target,)


@dataclass(frozen=True, slots=True)
class Past:
    """The state before a check: was the domain active, and how many misses were there in a row."""

    is_active: bool = False
    misses: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """The state of a domain: status, its reason, the records to create, and the misses in a row.

    `may_recover` says of a failed domain that it can become active without being added again.
    """

    status: DomainStatus
    reason: str | None = None
    records: tuple[DnsRecord, ...] = ()
    misses: int = 0
    may_recover: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """What follows from an error: the status, the reason that callers see, if any, and the time until the next try.

    There is no next try if the domain failed by the error.
    """

    status: DomainStatus
    reason: str | None
    wait: timedelta | None = LATER


def before_issue(certificate: Certificate) -> State:
    """Return the state of a domain whose certificate is not issued, or is lost."""
    status = DomainStatus.FAILED if certificate.failure else DomainStatus.PENDING_CERTIFICATE
    return State(status, certificate.failure, certificate.records)


def of_foreign_name(certificate: Certificate) -> State:
    """Return the state of a domain whose host has a domain name at API Gateway that was not made here."""
    return State(DomainStatus.FAILED, FOREIGN, certificate.records, may_recover=True)


def after_issue(built: Built, past: Past, *, leads_here: bool | None) -> State:
    """Return the state of a domain with certificate and domain name.

    `leads_here` says whether its host leads to us, None if that is unknown: an active domain stays active then.
    """
    target = built.targets[0]
    records = (*built.certificate.records, traffic_record(built.host, target))
    if not built.name.is_available:
        return State(DomainStatus.PENDING_DNS, _PREPARING, records)
    active = State(DomainStatus.ACTIVE, built.certificate.warning, records)
    if leads_here or (leads_here is None and past.is_active):
        return active
    if past.is_active and past.misses + 1 < MISSES:
        return replace(active, misses=past.misses + 1)
    text = _LOST if past.is_active else _ELSEWHERE
    return State(DomainStatus.PENDING_DNS, text.format(target=target), records)


def after_error(code: str, message: str, status: DomainStatus) -> Waiting:
    """Return what an error of AWS means for a domain of this status. It has no code if AWS did not answer."""
    if code in _BUSY:
        return Waiting(status, None, SOON)
    if code in REFUSALS and status is DomainStatus.PENDING_CERTIFICATE:
        reason = f"AWS refuses a certificate for the host: {message} Use another host."
        return Waiting(DomainStatus.FAILED, reason, None)
    return Waiting(status, f"AWS answered {code}: {message} It is tried again every 15 minutes.")


def next_check(state: State, created_at: datetime, now: datetime) -> datetime | None:
    """Return the time from which a domain is to be checked again; None for one that failed for good."""
    if state.status is DomainStatus.FAILED:
        return now + LATER if state.may_recover else None
    if state.status is DomainStatus.ACTIVE:
        return now + HOURLY
    return now + (SOON if now - created_at < _IMPATIENT else LATER)
