"""States of publishers and their applications."""

from enum import StrEnum


class ApplicationStatus(StrEnum):
    """Where a publisher's request for a smartlink stands."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"


class PublisherStatus(StrEnum):
    """The links of a suspended publisher fall back."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
