"""Users of the network's console and API, and what their roles allow."""

from enum import StrEnum

FIRST_USER = "admin"
"""The ID of the owner to whom the keys belong that were made before there were users."""


class UserRole(StrEnum):
    """Role of a user: an owner may do all, a manager all but users and domains, an analyst only read and try out."""

    OWNER = "owner"
    MANAGER = "manager"
    ANALYST = "analyst"

    def includes(self, other: "UserRole") -> bool:
        """Return whether a user of this role may do everything that one of the other role may."""
        ranks = list(UserRole)
        return ranks.index(self) <= ranks.index(other)
