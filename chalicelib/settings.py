"""Configuration. Only this module reads environment variables, when its functions are called."""

import os
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

ROUTE_CACHE_TTL_SECONDS = 2.0
"""Time for which a process caches a link or route: the most that an edit takes to reach every visitor."""

DEFAULT_CLICK_DAYS = 90
FEWEST_CLICK_DAYS = 7
MOST_CLICK_DAYS = 399
"""Fewer than `ROUTE_VERSION_DAYS`: a click is explained and paid by the route version that decided it."""

ATTRIBUTION_GRACE_DAYS = 7
"""Days for which a click stays after the attribution window of its campaign."""

COUNTER_DAYS = 400
"""Days back to which counters are compacted and rolled up. Counters themselves never expire."""

WEIGHT_HISTORY_DAYS = 400
"""Retention of optimizer runs and their weights."""

ROUTE_VERSION_DAYS = 400
"""Retention of replaced route versions: longer than that of any click, also of one with the longest window."""

STREAM_BATCH_WINDOW_SECONDS = 10
"""Time for which the stream collects clicks into a batch: longer means fewer writes and later counts."""

ARCHIVE_BATCH_WINDOW_SECONDS = 60
"""Time for which the stream collects changed conversions into an object of the archive."""

STREAM_BATCH_RETENTION_DAYS = 7
"""Retention of the rows of counted batches: longer than the retention of a stream's records (24 hours)."""

LEARNING_WINDOW_DAYS = 60
"""Days of click history that the optimizer uses."""

DELIVERY_RETENTION_DAYS = 90
"""Retention of postback deliveries."""

NOTIFICATION_RETENTION_DAYS = 400
"""Retention of notifications, and of the records that keep one from being sent twice."""

REFUSED_POSTBACK_RETENTION_DAYS = 30
"""Retention of the list of refused postbacks."""

TOKEN_OVERLAP_DAYS = 7
"""Days for which a campaign's replaced postback token stays valid."""

IMPORT_RETENTION_DAYS = 90
"""Retention of imports of conversions and their results."""

SMARTLINK_VERSION_DAYS = 400
"""Days for which a version of a smartlink is kept after the next one was written."""

IDEMPOTENCY_RETENTION_DAYS = 1
"""Retention of the responses to requests with an idempotency key."""

_ROOT = Path(__file__).resolve().parent.parent


def only_redirect() -> bool:
    """Return whether this process serves redirects and nothing else, as the function `Redirect` does."""
    return os.environ.get("ONLY_REDIRECT", "") == "1"


def table_prefix() -> str:
    """Return the prefix of all table names: the name of the stack and a hyphen."""
    return os.environ.get("TABLE_PREFIX", "smartlink-")


def table_client() -> str:
    """Return the DynamoDB client of the redirect: `lean`, its own, or `pynamodb`, the SDK's (supports proxies)."""
    return os.environ.get("TABLE_CLIENT", "lean")


def region() -> str:
    """Return the AWS region. Raises KeyError if none is set."""
    return os.environ.get("AWS_REGION") or os.environ["AWS_DEFAULT_REGION"]


def service_endpoint(service: str) -> str | None:
    """Return the URL of an AWS service (`dynamodb`) that the variables of the AWS SDKs configure; None without one."""
    return os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or os.environ.get("AWS_ENDPOINT_URL") or None


def environment_credentials() -> tuple[str, str, str | None] | None:
    """Return access key, secret key and token if the environment has credentials without expiration, or None."""
    key, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if not key or not secret or os.environ.get("AWS_CREDENTIAL_EXPIRATION"):
        return None
    return key, secret, os.environ.get("AWS_SECURITY_TOKEN") or os.environ.get("AWS_SESSION_TOKEN") or None


def ca_bundle() -> str | None:
    """Return the file of trusted certificate authorities: configured, or the AWS SDK's; None for the system's."""
    named = os.environ.get("AWS_CA_BUNDLE")
    sdk = find_spec("botocore")
    folders = (sdk.submodule_search_locations or []) if sdk else []
    shipped = [str(Path(folder) / "cacert.pem") for folder in folders]
    return named or next((file for file in shipped if Path(file).is_file()), None)


def click_backlog_queue() -> str:
    """Return the URL of the queue for clicks that DynamoDB rejected."""
    return os.environ["UNWRITTEN_CLICKS_QUEUE_URL"]


def click_seconds() -> float:
    """Return the seconds that a visitor waits at most for the table, and for the queue (`CLICK_SECONDS`).

    They are half a second on AWS. An emulator on a busy machine takes longer for what it accepts.
    """
    return float(os.environ.get("CLICK_SECONDS") or 0.5)


def click_days() -> int:
    """Return the days for which clicks are stored, or longer for a long attribution window (`CLICK_DAYS`).

    A number out of bounds becomes the nearest bound, any other text the default.
    """
    text = os.environ.get("CLICK_DAYS", "")
    return min(max(int(text), FEWEST_CLICK_DAYS), MOST_CLICK_DAYS) if text.isdecimal() else DEFAULT_CLICK_DAYS


def archive_bucket() -> str:
    """Return the name of the S3 bucket of the archive."""
    return os.environ["ARCHIVE_BUCKET"]


def poison_records_queue() -> str:
    """Return the URL of the queue for recorded clicks that cannot be counted."""
    return os.environ["POISON_RECORDS_QUEUE_URL"]


def learning_queue() -> str:
    """Return the URL of the queue of smartlinks to optimize."""
    return os.environ["LEARNING_QUEUE_URL"]


def optimizer_interval_minutes() -> int:
    """Return the minutes between two optimizer runs, which `.chalice/config.json` sets for the schedule too."""
    return int(os.environ.get("LEARNING_MINUTES", "5"))


def imports_queue() -> str:
    """Return the URL of the queue of imported conversions to record."""
    return os.environ["IMPORTS_QUEUE_URL"]


def postbacks_queue() -> str:
    """Return the URL of the queue of postbacks to deliver."""
    return os.environ["POSTBACKS_QUEUE_URL"]


def postbacks_to_loopback() -> bool:
    """Return whether postbacks may go to loopback ports above 1023, as for a local stack."""
    return os.environ.get("POSTBACKS_TO_LOOPBACK", "") == "1"


def notifications_topic() -> str:
    """Return the ARN of the SNS topic for notifications, or an empty string."""
    return os.environ.get("NOTIFICATIONS_TOPIC", "")


def email_from() -> str:
    """Return the address from which e-mails are sent; empty to send none."""
    return os.environ.get("EMAIL_FROM", "").strip()


def emails_queue() -> str:
    """Return the URL of the queue of e-mails to send."""
    return os.environ["EMAILS_QUEUE_URL"]


def edge_secret() -> str:
    """Return the secret that a CDN must send as `X-Edge-Secret`; empty if no CDN is trusted."""
    return os.environ.get("EDGE_SECRET", "")


def visitor_hash_key() -> bytes:
    """Return the secret key of the hashes in duplicate markers, at most the 64 bytes that BLAKE2b takes."""
    return os.environb.get(b"VISITOR_HASH_KEY", b"")[:64]


def public_url() -> str:
    """Return the public base URL of API, console and portal without a trailing slash; empty to use the request's."""
    return os.environ.get("PUBLIC_URL", "").rstrip("/")


def tracking_url() -> str:
    """Return the public base URL of links without a trailing slash; empty to use that of the API."""
    return os.environ.get("TRACKING_URL", "").rstrip("/")


def click_logging_enabled() -> bool:
    """Return whether every click is logged, as on a local stack."""
    return os.environ.get("LOG_CLICKS", "") == "1"


class AddressDatabase(StrEnum):
    """A database of addresses in MaxMind's format. Its file is named after it, and its environment variable too."""

    COUNTRY = "country"
    ASN = "asn"
    ISP = "isp"
    CONNECTION_TYPE = "connection_type"
    ANONYMOUS_IP = "anonymous_ip"

    @property
    def variable(self) -> str:
        """The environment variable with the path of a file of one's own. That of the country database is older."""
        return "GEOIP_DATABASE" if self is AddressDatabase.COUNTRY else f"{self.name}_DATABASE"

    @property
    def file_name(self) -> str:
        """The name of the file in the package, and in `vendor`."""
        return f"{self}.mmdb"


def address_database(database: AddressDatabase) -> Path | None:
    """Return the path of a database, or None if there is no such file."""
    named, name = os.environ.get(database.variable), database.file_name
    places = [Path(named)] if named else [_ROOT / name, _ROOT / "vendor" / name]
    return next((place for place in places if place.is_file()), None)


def openapi_document() -> Path | None:
    """Return the file with the OpenAPI document, which packaging writes; None in a checkout."""
    place = _ROOT / "openapi.json"
    return place if place.is_file() else None


def swagger_ui() -> Path:
    """Return the directory of the static files of Swagger UI."""
    places = [_ROOT / "swagger-ui", _ROOT / "vendor" / "swagger-ui"]
    return next((place for place in places if place.is_dir()), places[0])
