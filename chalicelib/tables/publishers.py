"""Tables of publishers, keys, memberships, applications, campaign approvals and terms."""

from pynamodb.attributes import BooleanAttribute, JSONAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.domain.stored_settings import complete_terms
from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, SettingsAttribute, TableMeta


class PublishersByYearIndex(GlobalSecondaryIndex["PublisherRow"]):
    """All publishers, a year at a time, in order of creation."""

    class Meta:
        index_name = "by_year"
        projection = AllProjection()

    created_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class PublisherRow(Model):
    """A publisher, who sends the traffic.

    `email_notifications` holds a boolean for each kind of notification that they switched on or off.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "publishers"

    id = UnicodeAttribute(hash_key=True)
    version = IntegerAttribute()
    name = UnicodeAttribute()
    email = UnicodeAttribute()
    status = UnicodeAttribute()
    tags = JSONAttribute(default=list)
    email_notifications = JSONAttribute(default=dict)
    created_year = UnicodeAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    by_year = PublishersByYearIndex()


class KeysByOwnerIndex(GlobalSecondaryIndex["ApiKeyRow"]):
    """The keys of a publisher or user."""

    class Meta:
        index_name = "by_owner"
        projection = AllProjection()

    owner = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class ApiKeyRow(Model):
    """An API key: only the SHA-256 of its secret part is stored. A revoked key is deleted.

    `owner` is a publisher or a user. `last_used_on` is a UTC day, null before the first use. The row `keys of {owner}`
    is no key: it has `key_ids`, the keys of an owner as of its `version`, some of which may be revoked since.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "api_keys"

    id = UnicodeAttribute(hash_key=True)
    role = UnicodeAttribute()
    owner = UnicodeAttribute()
    digest = UnicodeAttribute()
    created_at = UnicodeAttribute()
    last_used_on = UnicodeAttribute(null=True)
    key_ids = JSONAttribute(null=True)
    version = IntegerAttribute(null=True)
    by_owner = KeysByOwnerIndex()


class MembersOfSmartlinkIndex(GlobalSecondaryIndex["MembershipRow"]):
    """The publishers of a smartlink."""

    class Meta:
        index_name = "by_pool"
        projection = AllProjection()

    pool_id = UnicodeAttribute(hash_key=True)
    publisher_id = UnicodeAttribute(range_key=True)


class MembershipRow(Model):
    """Membership of a publisher in a smartlink: the latest application, and the code of their link if they had one.

    `was_refused` says that they were declined or removed and not approved since, and `pool_version` is the version of
    the smartlink at which the status began. Rows of earlier releases lack both.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "memberships"

    publisher_id = UnicodeAttribute(hash_key=True)
    pool_id = UnicodeAttribute(range_key=True)
    status = UnicodeAttribute()
    application_id = UnicodeAttribute(null=True)
    code = UnicodeAttribute(null=True)
    was_refused = BooleanAttribute(null=True)
    pool_version = IntegerAttribute(null=True)
    by_pool = MembersOfSmartlinkIndex()


class ApplicationsByYearIndex(GlobalSecondaryIndex["ApplicationRow"]):
    """All applications, a year at a time, in order of arrival."""

    class Meta:
        index_name = "by_year"
        projection = AllProjection()

    created_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class ApplicationsByStatusIndex(GlobalSecondaryIndex["ApplicationRow"]):
    """The applications of one status, a year at a time: `status_year` is `pending#2026`."""

    class Meta:
        index_name = "by_status"
        projection = AllProjection()

    status_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class ApplicationRow(Model):
    """A publisher's application for a smartlink.

    `decided_by` is the ID of a user, or that of an admin's API key if an earlier release wrote it, or missing.
    """

    class Meta(TableMeta):
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
    decided_by = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    by_year = ApplicationsByYearIndex()
    by_status = ApplicationsByStatusIndex()


class CampaignApprovalRow(Model):
    """A publisher's approval for one campaign, and the code of their direct link to it.

    A revoked approval stays as inactive, so that a new approval restores the same code. `granted_by` are the smartlinks
    that grant it, sorted: it is active while there is one. It is absent if an admin decided on the campaign itself, and
    on rows of earlier releases, which no smartlink ends.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "campaign_approvals"

    publisher_id = UnicodeAttribute(hash_key=True)
    campaign_id = UnicodeAttribute(range_key=True)
    tracking_key = UnicodeAttribute()
    active = BooleanAttribute()
    approved_at = UnicodeAttribute()
    granted_by = JSONAttribute(null=True)


class TermsRow(Model):
    """One version of a publisher's terms. Every version is kept, because clicks name it; the newest is in force.

    `document` holds the terms of each campaign by ID, in the shape of the API.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "terms"

    publisher_id = UnicodeAttribute(hash_key=True)
    version = IntegerAttribute(range_key=True)
    document = SettingsAttribute(complete_terms)
    created_at = UnicodeAttribute()
