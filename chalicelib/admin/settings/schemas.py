"""Request and response models of the network's settings and of the caller."""

from typing import Annotated

from pydantic import Field

from chalicelib.domain.publisher import SignUp
from chalicelib.domain.user import UserRole
from chalicelib.http.fields import Name, Timestamp, TimeZone
from chalicelib.http.models import RequestModel, ResponseModel
from chalicelib.notifications.notification import NotificationKind

Question = Annotated[str, Field(min_length=1, max_length=200)]


class NetworkSettings(RequestModel):
    """Editable settings of the network. `contact` is shown to publishers: an address or a sentence.

    With `publisher_sign_up: open` publishers may sign up and answer the `sign_up_questions`. It needs e-mail.
    """

    name: Name = "Smartlink network"
    contact: Annotated[str, Field(max_length=200)] = ""
    timezone: TimeZone = "UTC"
    publisher_sign_up: SignUp = SignUp.CLOSED
    sign_up_questions: list[Question] = Field([], max_length=5)


class NetworkSettingsDocument(NetworkSettings, ResponseModel):
    """The settings of the network. `base_currency` is that of the exchange rates, null as long as there are none."""

    base_currency: str | None
    version: int
    updated_at: Timestamp | None


class MeUser(ResponseModel):
    """The user who sent the request."""

    id: str
    name: str
    email: str | None
    role: UserRole
    email_notifications: dict[NotificationKind, bool]
    version: int


class MeDocument(ResponseModel):
    """The user who sent the request, and what they need to know of the network.

    `currencies` are those of the newest 2,000 campaigns, `tracking_domains` the active ones.
    """

    user: MeUser
    role: UserRole
    network_name: str
    timezone: str
    currencies: list[str]
    tracking_domains: list[str]
