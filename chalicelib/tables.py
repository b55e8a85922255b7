"""The DynamoDB tables, one model each; `.chalice/resources.json` creates them, a test holds the two together."""

from functools import cache

from pynamodb.attributes import (
    Attribute,
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    TTLAttribute,
    UnicodeAttribute,
)
from pynamodb.connection import Connection
from pynamodb.constants import NUMBER
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.settings import table_prefix

# A click must never wait long on a sick table: it goes to the queue instead.
_CONNECT_SECONDS = 1
_READ_SECONDS = 2
_RETRIES = 2


class WholeNumber(Attribute[int]):
    """A whole number; pynamodb's own is a float to the type checker."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        return str(int(value))

    def deserialize(self, value: str) -> int:
        return int(value)


class _Meta:
    """How every table is reached."""

    connect_timeout_seconds = _CONNECT_SECONDS
    read_timeout_seconds = _READ_SECONDS
    max_retry_attempts = _RETRIES
    max_pool_connections = 10


@cache
def connection() -> Connection:
    """The connection for transactions over several tables, with the tables' own time limits."""
    return _connection(_RETRIES)


@cache
def impatient_connection() -> Connection:
    """The same for writes that must not be sent twice."""
    return _connection(0)


def _connection(retries: int) -> Connection:
    return Connection(
        connect_timeout_seconds=_CONNECT_SECONDS,
        read_timeout_seconds=_READ_SECONDS,
        max_retry_attempts=retries,
    )


class CampaignsByYear(GlobalSecondaryIndex["Campaign"]):
    """All campaigns, a year at a time, in order of creation."""

    class Meta:
        index_name = "by_year"
        projection = AllProjection()

    created_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class Campaign(Model):
    """A campaign as the admin wrote it: `settings` is the contract's document."""

    class Meta(_Meta):
        table_name = table_prefix() + "campaigns"

    id = UnicodeAttribute(hash_key=True)
    version = WholeNumber()
    settings = JSONAttribute()
    postback_token = UnicodeAttribute()
    created_year = UnicodeAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    by_year = CampaignsByYear()


class PoolsByYear(GlobalSecondaryIndex["Pool"]):
    """All pools, a year at a time, in order of creation."""

    class Meta:
        index_name = "by_year"
        projection = AllProjection()

    created_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class Marketplace(GlobalSecondaryIndex["Pool"]):
    """The pools that every publisher may find, a year at a time: `market_year` is absent on private ones."""

    class Meta:
        index_name = "marketplace"
        projection = AllProjection()

    market_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class OptimizedPools(GlobalSecondaryIndex["Pool"]):
    """The pools to learn of, a year at a time: `optimized_year` is absent unless active in rotation `optimized`.

    Only the keys, as they are asked for every few minutes.
    """

    class Meta:
        index_name = "optimized"
        projection = KeysOnlyProjection()

    optimized_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class Pool(Model):
    """A smartlink as the admin wrote it, with its counts of links and applications.

    A deleted one keeps its row for the sake of old clicks; its years are gone, and so it is from every list.
    """

    class Meta(_Meta):
        table_name = table_prefix() + "pools"

    id = UnicodeAttribute(hash_key=True)
    version = WholeNumber()
    status = UnicodeAttribute()
    settings = JSONAttribute()
    epoch = WholeNumber()
    live_count = WholeNumber()
    pending_count = WholeNumber()
    created_year = UnicodeAttribute(null=True)
    market_year = UnicodeAttribute(null=True)
    optimized_year = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    by_year = PoolsByYear()
    marketplace = Marketplace()
    optimized = OptimizedPools()


class Offer(Model):
    """That a campaign sits in a pool (as an offer or as its catch-all): finds the routes an edit touches."""

    class Meta(_Meta):
        table_name = table_prefix() + "offers"

    campaign_id = UnicodeAttribute(hash_key=True)
    pool_id = UnicodeAttribute(range_key=True)


class Route(Model):
    """What the redirect reads. `id` is the pool's or campaign's; `id@version` keeps each one published.

    What was learned stands beside the snapshot of the route in force, so that an edit leaves it as it is; past
    weights are in `WeightHistory`.
    """

    class Meta(_Meta):
        table_name = table_prefix() + "routes"

    id = UnicodeAttribute(hash_key=True)
    version = WholeNumber()
    snapshot = BinaryAttribute(legacy_encoding=False)
    weights = BinaryAttribute(legacy_encoding=False, null=True)
    weights_version = WholeNumber(null=True)


class WeightHistory(Model):
    """One run of learning for one pool, a month at a time (`sml_…#2026-11`): what came of it, from which figures.

    `version` is the moment of the run in seconds since 1970; `weights` are exactly the bytes that it published into
    the route, absent where it was `skipped` for a `reason`.
    """

    class Meta(_Meta):
        table_name = table_prefix() + "weight_history"

    pool_month = UnicodeAttribute(hash_key=True)
    version = WholeNumber(range_key=True)
    status = UnicodeAttribute()
    weights = BinaryAttribute(legacy_encoding=False, null=True)
    run = BinaryAttribute(legacy_encoding=False, null=True)
    reason = UnicodeAttribute(null=True)
    route_version = WholeNumber(null=True)
    epoch = WholeNumber(null=True)
    expires_at = WholeNumber()


class Link(Model):
    """A code in the world. It never changes and is never given out again; `active` tells if it still works."""

    class Meta(_Meta):
        table_name = table_prefix() + "links"

    code = UnicodeAttribute(hash_key=True)
    publisher_id = UnicodeAttribute()
    route_id = UnicodeAttribute()
    active = BooleanAttribute()
    publisher_active = BooleanAttribute()


class PublishersByYear(GlobalSecondaryIndex["Publisher"]):
    """All publishers, a year at a time, in order of creation."""

    class Meta:
        index_name = "by_year"
        projection = AllProjection()

    created_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class Publisher(Model):
    """Who sends the traffic."""

    class Meta(_Meta):
        table_name = table_prefix() + "publishers"

    id = UnicodeAttribute(hash_key=True)
    version = WholeNumber()
    name = UnicodeAttribute()
    email = UnicodeAttribute()
    status = UnicodeAttribute()
    created_year = UnicodeAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    by_year = PublishersByYear()


class KeysByOwner(GlobalSecondaryIndex["ApiKey"]):
    """A publisher's keys, or the admins' (`owner` is `admin`)."""

    class Meta:
        index_name = "by_owner"
        projection = AllProjection()

    owner = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class ApiKey(Model):
    """An API key: only the SHA-256 of its secret part is kept. To revoke it is to delete it."""

    class Meta(_Meta):
        table_name = table_prefix() + "api_keys"

    id = UnicodeAttribute(hash_key=True)
    role = UnicodeAttribute()
    owner = UnicodeAttribute()
    digest = UnicodeAttribute()
    created_at = UnicodeAttribute()
    by_owner = KeysByOwner()


class MembersOfPool(GlobalSecondaryIndex["Membership"]):
    """The publishers of a pool."""

    class Meta:
        index_name = "by_pool"
        projection = AllProjection()

    pool_id = UnicodeAttribute(hash_key=True)
    publisher_id = UnicodeAttribute(range_key=True)


class Membership(Model):
    """How a publisher stands with a pool: the latest application, and their link's code once they had one."""

    class Meta(_Meta):
        table_name = table_prefix() + "memberships"

    publisher_id = UnicodeAttribute(hash_key=True)
    pool_id = UnicodeAttribute(range_key=True)
    status = UnicodeAttribute()
    application_id = UnicodeAttribute(null=True)
    code = UnicodeAttribute(null=True)
    by_pool = MembersOfPool()


class ApplicationsByYear(GlobalSecondaryIndex["Application"]):
    """All applications, a year at a time, in order of arrival."""

    class Meta:
        index_name = "by_year"
        projection = AllProjection()

    created_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class ApplicationsByStatus(GlobalSecondaryIndex["Application"]):
    """The applications of one status, a year at a time: `status_year` is `pending#2026`."""

    class Meta:
        index_name = "by_status"
        projection = AllProjection()

    status_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class Application(Model):
    """A publisher asking for a smartlink."""

    class Meta(_Meta):
        table_name = table_prefix() + "applications"

    id = UnicodeAttribute(hash_key=True)
    pool_id = UnicodeAttribute()
    publisher_id = UnicodeAttribute()
    message = UnicodeAttribute()
    status = UnicodeAttribute()
    status_year = UnicodeAttribute()
    created_year = UnicodeAttribute()
    applied_at = UnicodeAttribute()
    decided_at = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    by_year = ApplicationsByYear()
    by_status = ApplicationsByStatus()


class CampaignApproval(Model):
    """A publisher's permission for one campaign, and the code of their direct link to it.

    A withdrawn one stays, inactive, so that the same key comes back with the permission.
    """

    class Meta(_Meta):
        table_name = table_prefix() + "campaign_approvals"

    publisher_id = UnicodeAttribute(hash_key=True)
    campaign_id = UnicodeAttribute(range_key=True)
    tracking_key = UnicodeAttribute()
    active = BooleanAttribute()
    approved_at = UnicodeAttribute()


class Click(Model):
    """One recorded visit, in under 1 KB: short names, and nothing that the route's version already tells."""

    class Meta(_Meta):
        table_name = table_prefix() + "clicks"

    click_id = UnicodeAttribute(hash_key=True)
    at = WholeNumber()
    expires_at = WholeNumber()
    code = UnicodeAttribute(attr_name="lc")
    route_id = UnicodeAttribute(attr_name="ro")
    route_version = WholeNumber(attr_name="rv")
    epoch = WholeNumber(attr_name="ep")
    publisher_id = UnicodeAttribute(attr_name="pu")
    outcome = UnicodeAttribute(attr_name="ou")
    campaign_id = UnicodeAttribute(attr_name="ca", null=True)
    refusals = UnicodeAttribute(attr_name="re", null=True)
    arm = UnicodeAttribute(attr_name="ar")
    propensity = UnicodeAttribute(attr_name="pr", null=True)
    weights_version = WholeNumber(attr_name="wv", null=True)
    segment = UnicodeAttribute(attr_name="sg", null=True)
    country = UnicodeAttribute(attr_name="co", null=True)
    region = UnicodeAttribute(attr_name="rg", null=True)
    city = UnicodeAttribute(attr_name="ci", null=True)
    device = UnicodeAttribute(attr_name="de")
    os = UnicodeAttribute()
    browser = UnicodeAttribute(attr_name="br", null=True)
    language = UnicodeAttribute(attr_name="la", null=True)
    is_bot = BooleanAttribute(attr_name="bo", null=True)
    is_duplicate = BooleanAttribute(attr_name="du", null=True)
    sub_ids = JSONAttribute(attr_name="su", null=True)
    source = UnicodeAttribute(attr_name="so", null=True)
    external_click_id = UnicodeAttribute(attr_name="ex", null=True)
    parameters = UnicodeAttribute(attr_name="qu", null=True)


class Cap(Model):
    """How much of a cap's window is used up: `key` names campaign, metric, window, its start and the publisher.

    `used` counts what is taken and what is out on lease, `leased` what of it was leased and is not settled yet.
    """

    class Meta(_Meta):
        table_name = table_prefix() + "caps"

    key = UnicodeAttribute(hash_key=True)
    used = WholeNumber()
    leased = WholeNumber(null=True)
    expires_at = TTLAttribute(null=True)


class Duplicate(Model):
    """That a visitor was seen on a campaign, until `expires_at` (seconds)."""

    class Meta(_Meta):
        table_name = table_prefix() + "duplicates"

    key = UnicodeAttribute(hash_key=True)
    click_id = UnicodeAttribute()
    expires_at = WholeNumber()


class Idempotency(Model):
    """The answer to a POST with an `Idempotency-Key`, for 24 hours."""

    class Meta(_Meta):
        table_name = table_prefix() + "idempotency"

    key = UnicodeAttribute(hash_key=True)
    request_digest = UnicodeAttribute()
    status = WholeNumber()
    answer = UnicodeAttribute()
    expires_at = WholeNumber()


class Counter(Model):
    """Many cells in one row: of reports for one UTC day and shard, or of learning for one pool and epoch.

    `partition` is `2026-11-21#3` for reports and `sml_…#1` for learning.
    `position` is `b#…` for a block, written once with the clicks or the conversion it counts, and `a#…` for a
    chunk, into which blocks are merged; `absorbed` names what is in a chunk and may still stand beside it. `at` is
    when a block of learning was written, and in the first chunk, when the newest of all merged ones was.
    """

    class Meta(_Meta):
        table_name = table_prefix() + "counters"

    partition = UnicodeAttribute(hash_key=True)
    position = UnicodeAttribute(range_key=True)
    cells = BinaryAttribute(legacy_encoding=False)
    at = WholeNumber(null=True)
    version = WholeNumber(null=True)
    absorbed = JSONAttribute(null=True)


class Run(Model):
    """That a contiguous run of stream records was counted: keyed by its first record, holding all up to its last."""

    class Meta(_Meta):
        table_name = table_prefix() + "runs"

    first = UnicodeAttribute(hash_key=True)
    records = BinaryAttribute(legacy_encoding=False)
    expires_at = WholeNumber()


class ClickList(Model):
    """The clicks of one run on one route and UTC day (`sml_…#2026-11-21`), by the greatest of their IDs."""

    class Meta(_Meta):
        table_name = table_prefix() + "click_lists"

    route_day = UnicodeAttribute(hash_key=True)
    greatest = UnicodeAttribute(range_key=True)
    click_ids = BinaryAttribute(legacy_encoding=False)
    expires_at = WholeNumber()


class ConversionsByDay(GlobalSecondaryIndex["Conversion"]):
    """The conversions of one UTC day and shard (`2026-11-21#3`), in order of arrival."""

    class Meta:
        index_name = "by_day"
        projection = AllProjection()

    day_shard = UnicodeAttribute(hash_key=True)
    moment = UnicodeAttribute(range_key=True)


class ConversionsByClick(GlobalSecondaryIndex["Conversion"]):
    """The conversions of one route's clicks of a UTC day (`sml_…#2026-11-21`), in order of the clicks."""

    class Meta:
        index_name = "by_route_day"
        projection = AllProjection()

    route_day = UnicodeAttribute(hash_key=True)
    click_id = UnicodeAttribute(range_key=True)


class Conversion(Model):
    """One paid action, named by (click, transaction ID, event). Money is a decimal string in `currency`.

    `revision` grows with every change of `status`; `places` are the cap counters it took, to give them back.
    `arm` is its click's, `learned` whether that is learned from.
    """

    class Meta(_Meta):
        table_name = table_prefix() + "conversions"

    id = UnicodeAttribute(hash_key=True)
    click_id = UnicodeAttribute()
    txid = UnicodeAttribute(null=True)
    event = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    revision = WholeNumber()
    at = WholeNumber()
    click_at = WholeNumber()
    campaign_id = UnicodeAttribute()
    route_id = UnicodeAttribute()
    epoch = WholeNumber()
    publisher_id = UnicodeAttribute()
    payout = UnicodeAttribute()
    revenue = UnicodeAttribute()
    currency = UnicodeAttribute()
    country = UnicodeAttribute(null=True)
    device = UnicodeAttribute()
    os = UnicodeAttribute()
    sub1 = UnicodeAttribute(null=True)
    arm = UnicodeAttribute(null=True)
    learned = BooleanAttribute(null=True)
    places = JSONAttribute()
    day_shard = UnicodeAttribute()
    moment = UnicodeAttribute()
    route_day = UnicodeAttribute(null=True)
    by_day = ConversionsByDay()
    by_route_day = ConversionsByClick()


class Postback(Model):
    """Where a publisher wants to hear of conversions. `event` `*` means every one; `secret` signs the calls."""

    class Meta(_Meta):
        table_name = table_prefix() + "postbacks"

    publisher_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    version = WholeNumber()
    url = UnicodeAttribute()
    event = UnicodeAttribute()
    status = UnicodeAttribute()
    secret = UnicodeAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()


class DeliveriesByPostback(GlobalSecondaryIndex["PostbackDelivery"]):
    """The deliveries of one postback, a month at a time (`pbk_…#2026-11`), in order of their making."""

    class Meta:
        index_name = "by_postback"
        projection = AllProjection()

    postback_month = UnicodeAttribute(hash_key=True)
    moment = UnicodeAttribute(range_key=True)


class PostbackDelivery(Model):
    """One try to tell a publisher of a conversion. `id` follows from what it tells and which try it is."""

    class Meta(_Meta):
        table_name = table_prefix() + "postback_deliveries"

    id = UnicodeAttribute(hash_key=True)
    postback_id = UnicodeAttribute()
    publisher_id = UnicodeAttribute()
    conversion_id = UnicodeAttribute(null=True)
    revision = WholeNumber(null=True)
    series = UnicodeAttribute()
    attempt = WholeNumber()
    url = UnicodeAttribute()
    status = UnicodeAttribute()
    http_status = WholeNumber(null=True)
    error = UnicodeAttribute(null=True)
    claimed_at = WholeNumber()
    at = UnicodeAttribute()
    took_ms = WholeNumber(null=True)
    next_try_at = UnicodeAttribute(null=True)
    postback_month = UnicodeAttribute()
    moment = UnicodeAttribute()
    expires_at = WholeNumber()
    by_postback = DeliveriesByPostback()


class Notification(Model):
    """What an admin or a publisher is told: `owner_year` is `admin#2026` or `pub_…#2026`.

    A row under `once#…` holds no notification: it keeps the same one from being written twice.
    """

    class Meta(_Meta):
        table_name = table_prefix() + "notifications"

    owner_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute(null=True)
    subject = JSONAttribute(null=True)
    text = UnicodeAttribute(null=True)
    read_at = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    expires_at = WholeNumber()


class Audit(Model):
    """One change by an admin: who, when, before, after."""

    class Meta(_Meta):
        table_name = table_prefix() + "audit"

    year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    at = UnicodeAttribute()
    actor = UnicodeAttribute()
    action = UnicodeAttribute()
    subject = UnicodeAttribute()
    before = JSONAttribute(null=True)
    after = JSONAttribute(null=True)
