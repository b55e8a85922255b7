"""Rows of tracking domains."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain.timestamps import timestamp
from chalicelib.domain.tracking_domain import DomainStatus
from chalicelib.tables.tracking_domains import HOSTS, DomainRow

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOST = "go.brand.example"


def a_domain(host: str = HOST, **changes: Any) -> DomainRow:
    """Write a domain with the reservation of its host. It is as new, or as `changes` say."""
    fields: dict[str, Any] = {
        "version": 1,
        "status": DomainStatus.PENDING_CERTIFICATE.value,
        "check_at": timestamp(NOW),
        "created_at": timestamp(NOW),
        "updated_at": timestamp(NOW),
    }
    row = DomainRow(id=f"dom_{host.replace('.', '')[:28]}", host=host, **{**fields, **changes})
    row.save()
    DomainRow(HOSTS, host).update([DomainRow.created_at.set(row.created_at)])
    return row


def an_active_domain(host: str = HOST, **changes: Any) -> DomainRow:
    """Write a domain on which links are printed."""
    later = timestamp(NOW + timedelta(days=1))
    return a_domain(host, **{"status": DomainStatus.ACTIVE.value, "check_at": later, **changes})
