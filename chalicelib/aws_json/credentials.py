"""AWS credentials of the process: from its environment, or else found and renewed by botocore."""

from collections.abc import Callable
from functools import cache

from chalicelib import settings
from chalicelib.aws_json.sigv4 import Credentials


class NoCredentials(Exception):  # noqa: N818 - named for the fact
    """No credentials were found, or they could not be renewed. Nothing was sent."""


@cache
def provider() -> Callable[[], Credentials]:
    """Return a function that returns the current credentials. Both raise NoCredentials.

    A Lambda has them in its environment for its whole life. Others are found and renewed by botocore, which is not
    loaded before: loading it takes longer than everything else that a new process does for its first click.
    """
    from_environment = settings.environment_credentials()
    if not from_environment:
        return _botocore_provider()
    credentials = Credentials(*from_environment)
    return lambda: credentials


def _botocore_provider() -> Callable[[], Credentials]:
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - slow to load, see above
    from botocore.session import Session  # noqa: PLC0415 - likewise

    try:
        session_credentials = Session().get_credentials()
    except BotoCoreError as error:
        raise NoCredentials(str(error)) from error
    if session_credentials is None:
        message = "no AWS credentials were found"
        raise NoCredentials(message)

    def current() -> Credentials:
        try:
            frozen = session_credentials.get_frozen_credentials()
        except (BotoCoreError, RuntimeError) as error:  # RuntimeError: the renewed ones have expired too
            raise NoCredentials(str(error)) from error
        return Credentials(frozen.access_key or "", frozen.secret_key or "", frozen.token)

    return current
