"""Request and response models of users."""

from pydantic import Field

from chalicelib.domain.user import UserRole
from chalicelib.http.fields import Email, Name, Timestamp
from chalicelib.http.models import RequestModel, ResponseModel
from chalicelib.lists.query_schemas import AnyOf, SortedQuery
from chalicelib.notifications.preference_schemas import StaffEmailNotifications


class NewUser(RequestModel):
    """Fields of a new user. No two users have the same e-mail address."""

    name: Name
    email: Email
    role: UserRole


class UserSettings(RequestModel):
    """Editable fields of a user. `email_notifications` has the kinds of notification that are switched on or off."""

    name: Name
    email: Email | None = None
    role: UserRole
    email_notifications: StaffEmailNotifications = Field({})


class UserQuery(SortedQuery):
    """Search among the users. A repeated role means any of them."""

    role: AnyOf[UserRole] | None = None


class UserDocument(UserSettings, ResponseModel):
    """A user. `email_notifications` has every kind of notification for staff.

    The owner `admin`, to whom keys of earlier releases belong, has no times before the first edit.
    """

    id: str
    version: int
    created_at: Timestamp | None
    updated_at: Timestamp | None
