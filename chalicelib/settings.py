"""Configuration: the one place that reads the environment, when called."""

import os
from importlib.util import find_spec
from pathlib import Path

ROUTE_CACHE_TTL_SECONDS = 2.0
"""How long a process believes what it read of a link or route; an edit is live within 5 seconds."""

CLICK_RETENTION_DAYS = 400
"""How long a click is kept: longer than any attribution window (at most 365 days)."""

STREAM_BATCH_WINDOW_SECONDS = 10
"""How long clicks may gather in the stream to be counted together: in few writes, a little later."""

STREAM_BATCH_RETENTION_DAYS = 7
"""How long a counted run of stream records is remembered: longer than a stream keeps its records (24 hours)."""

LEARNING_WINDOW_DAYS = 60
"""How long what became of a click is learned from."""

DELIVERY_RETENTION_DAYS = 90
"""How long the deliveries of postbacks are kept."""

_DOMAINS = {
    "cn-": "amazonaws.com.cn",
    "us-isob-": "sc2s.sgov.gov",
    "us-isof-": "csp.hci.ic.gov",
    "us-iso-": "c2s.ic.gov",
    "eu-isoe-": "cloud.adc-e.uk",
    "eusc-": "amazonaws.eu",
}
"""Where AWS has other domains than `amazonaws.com`, by how the regions' names begin."""

_ROOT = Path(__file__).resolve().parent.parent


def table_prefix() -> str:
    """What stands before each table's name: the stack's name and a dash."""
    return os.environ.get("TABLE_PREFIX", "smartlink-")


def table_client() -> str:
    """How the redirect calls DynamoDB: `lean`, by its own client, or `pynamodb`, by the SDK (it knows of proxies)."""
    return os.environ.get("TABLE_CLIENT", "lean")


def region() -> str:
    """The AWS region; raises KeyError where none is set."""
    return os.environ.get("AWS_REGION") or os.environ["AWS_DEFAULT_REGION"]


def dynamodb_endpoint() -> str:
    """The URL of DynamoDB: the one that is set as for any AWS SDK, or the region's own."""
    named = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB") or os.environ.get("AWS_ENDPOINT_URL")
    return named or f"https://dynamodb.{region()}.{_domain(region())}"


def _domain(its_region: str) -> str:
    return next((domain for start, domain in _DOMAINS.items() if its_region.startswith(start)), "amazonaws.com")


def environment_credentials() -> tuple[str, str, str | None] | None:
    """Access key, secret key and token, where the environment holds ones that do not end; otherwise None."""
    key, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if not key or not secret or os.environ.get("AWS_CREDENTIAL_EXPIRATION"):
        return None
    return key, secret, os.environ.get("AWS_SECURITY_TOKEN") or os.environ.get("AWS_SESSION_TOKEN") or None


def ca_bundle() -> str | None:
    """The file of the certificate authorities to trust: the one that is set, or the AWS SDK's; None: the system's."""
    named = os.environ.get("AWS_CA_BUNDLE")
    sdk = find_spec("botocore")
    folders = (sdk.submodule_search_locations or []) if sdk else []
    shipped = [str(Path(folder) / "cacert.pem") for folder in folders]
    return named or next((file for file in shipped if Path(file).is_file()), None)


def click_backlog_queue() -> str:
    """URL of the queue for clicks that DynamoDB refused."""
    return os.environ["UNWRITTEN_CLICKS_QUEUE_URL"]


def poison_records_queue() -> str:
    """URL of the queue for recorded clicks that cannot be counted."""
    return os.environ["POISON_RECORDS_QUEUE_URL"]


def learning_queue() -> str:
    """URL of the queue of pools to learn of."""
    return os.environ["LEARNING_QUEUE_URL"]


def optimizer_interval_minutes() -> int:
    """How many minutes lie between two runs of learning. `.chalice/config.json` says it, to the schedule too."""
    return int(os.environ.get("LEARNING_MINUTES", "5"))


def postbacks_queue() -> str:
    """URL of the queue of conversions that publishers are to hear of."""
    return os.environ["POSTBACKS_QUEUE_URL"]


def postbacks_to_loopback() -> bool:
    """Whether postbacks may go to loopback ports above 1023, as to try them on one machine."""
    return os.environ.get("POSTBACKS_TO_LOOPBACK", "") == "1"


def notifications_topic() -> str:
    """ARN of the SNS topic that hears of notifications too; empty for none."""
    return os.environ.get("NOTIFICATIONS_TOPIC", "")


def edge_secret() -> str:
    """What a CDN in front must send as `X-Edge-Secret`; empty where no CDN is trusted."""
    return os.environ.get("EDGE_SECRET", "")


def public_url() -> str:
    """The address that visitors and callers use, without a slash at the end; empty to take the request's own."""
    return os.environ.get("PUBLIC_URL", "").rstrip("/")


def click_logging_enabled() -> bool:
    """Whether every click prints a line, as on one machine."""
    return os.environ.get("LOG_CLICKS", "") == "1"


def geoip_database() -> Path | None:
    """The country or city database in MaxMind's format; None where there is none."""
    named = os.environ.get("GEOIP_DATABASE")
    places = [Path(named)] if named else [_ROOT / "country.mmdb", _ROOT / "vendor" / "country.mmdb"]
    return next((place for place in places if place.is_file()), None)


def swagger_ui() -> Path:
    """The folder with the browsable documentation's static files."""
    places = [_ROOT / "swagger-ui", _ROOT / "vendor" / "swagger-ui"]
    return next((place for place in places if place.is_dir()), places[0])
