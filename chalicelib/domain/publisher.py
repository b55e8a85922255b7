"""Status of publishers, of their applications, and of their memberships of smartlinks."""

from enum import StrEnum


class ApplicationStatus(StrEnum):
    """Status of a publisher's application to a smartlink."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class MemberStatus(StrEnum):
    """Status of a publisher's membership of a smartlink."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    REMOVED = "removed"


class PublisherStatus(StrEnum):
    """Status of a publisher. The links of a suspended or closed account go to the fallback URL."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class SignUp(StrEnum):
    """Whether publishers may sign up by themselves."""

    CLOSED = "closed"
    OPEN = "open"
