"""Status of publishers and their applications."""

from enum import StrEnum


class ApplicationStatus(StrEnum):
    """Status of a publisher's application to a smartlink."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"


class PublisherStatus(StrEnum):
    """Status of a publisher. The links of a suspended one go to the fallback URL."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
