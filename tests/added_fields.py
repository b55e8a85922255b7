"""A field added to each stored document: changes of a scratch copy, as (file below `chalicelib`, old, new text)."""

Change = tuple[str, str, str]

TARGETING: tuple[Change, ...] = (
    ("domain/visitor.py", "    is_bot: bool = False\n", "    is_bot: bool = False\n    carrier: str | None = None\n"),
    ("domain/visitor.py", '    "language": "la",\n', '    "language": "la",\n    "carrier": "cr",\n'),
    (
        "domain/visitor.py",
        '        "language": visitor.language,\n',
        '        "language": visitor.language,\n        "carrier": visitor.carrier,\n',
    ),
    ("domain/click.py", '    BOT = "bot", "t"\n', '    BOT = "bot", "t"\n    CARRIER = "carrier", "C"\n'),
    (
        "domain/targeting.py",
        '    Dimension("sources",',
        '    Dimension("carriers", None, "carrier", RejectionReason.CARRIER),\n    Dimension("sources",',
    ),
    (
        "domain/targeting.py",
        "    exclude_hosting: bool = False\n    is_unrestricted:",
        "    exclude_hosting: bool = False\n    carriers: frozenset[str] | None = None\n    is_unrestricted:",
    ),
    (
        "domain/targeting.py",
        "        source = parameters.source",
        """\
        if self.carriers is not None and visitor.carrier not in self.carriers:
            return _CARRIER
        source = parameters.source""",
    ),
    ("domain/targeting.py", "_BOT = RejectionReason", "_CARRIER = RejectionReason.CARRIER\n_BOT = RejectionReason"),
    (
        "admin/targeting_fields.py",
        "    exclude_bots: bool = False\n",
        "    exclude_bots: bool = False\n    carriers: list[str] = []\n",
    ),
)
CAMPAIGN: tuple[Change, ...] = (
    (
        "domain/stored_settings.py",
        "ADDED_TO_CAMPAIGN: Settings = {\n",
        'ADDED_TO_CAMPAIGN: Settings = {\n    "pace": "old",\n',
    ),
    ("domain/stored_settings.py", "ADDED_TO_GOAL: Settings = {}", 'ADDED_TO_GOAL: Settings = {"unit": "old"}'),
    ("domain/stored_settings.py", "ADDED_TO_CAP: Settings = {}", 'ADDED_TO_CAP: Settings = {"share": "1"}'),
    ("domain/stored_settings.py", "ADDED_TO_SCHEDULE: Settings = {}", 'ADDED_TO_SCHEDULE: Settings = {"months": []}'),
    (
        "domain/stored_settings.py",
        "ADDED_TO_DUPLICATE_FILTER: Settings = {}",
        'ADDED_TO_DUPLICATE_FILTER: Settings = {"scope": "old"}',
    ),
    ("admin/campaigns/schemas.py", "    window_seconds: int", '    scope: str = "new"\n    window_seconds: int'),
    ("admin/campaigns/schemas.py", "    currency: Currency", '    pace: str = "even"\n    currency: Currency'),
    ("admin/campaigns/schemas.py", "    limit: Money\n", '    limit: Money\n    share: Money = "0.5"\n'),
    ("admin/campaigns/schemas.py", "    weekdays: list", "    months: list[int] = []\n    weekdays: list"),
    (
        "domain/campaign.py",
        "    fail_url: str | None = None\n",
        '    fail_url: str | None = None\n    pace: str = ""\n',
    ),
    (
        "routing/route_codec.py",
        '        id=stored["id"],\n',
        '        id=stored["id"],\n        pace=stored["pace"],\n',
    ),
)
SMARTLINK: tuple[Change, ...] = (
    (
        "domain/stored_settings.py",
        "ADDED_TO_SMARTLINK: Settings = {}",
        'ADDED_TO_SMARTLINK: Settings = {"note": "old"}',
    ),
    ("domain/stored_settings.py", "ADDED_TO_OFFER: Settings = {", 'ADDED_TO_OFFER: Settings = {"label": "old", '),
    ("admin/smartlinks/schemas.py", "    visibility: Visibility", '    note: str = ""\n    visibility: Visibility'),
    ("admin/smartlinks/schemas.py", "    enabled: bool = True\n", '    enabled: bool = True\n    label: str = ""\n'),
    ("domain/route.py", "    holdout_percent: int = 0\n", '    holdout_percent: int = 0\n    note: str = ""\n'),
    (
        "routing/route_codec.py",
        '        holdout_percent=pool["holdout_percent"],\n',
        '        holdout_percent=pool["holdout_percent"],\n        note=pool["note"],\n',
    ),
)
CLICK: tuple[Change, ...] = (
    (
        "domain/click.py",
        '    "external_click_id": ClickField("ex", is_shown=True),\n',
        """\
    "external_click_id": ClickField("ex", is_shown=True),
    "referrer": ClickField("rf", default="old", is_shown=True),
""",
    ),
    ("routing/click_record.py", '        "source":', '        "referrer": "new",\n        "source":'),
    ("reporting/click_schemas.py", "    source: str | None\n", "    source: str | None\n    referrer: str\n"),
)
ROWS: tuple[Change, ...] = (
    ("tables/conversions.py", "    currency = ", '    note = UnicodeAttribute(default="old")\n    currency = '),
    ("reporting/lists/schemas.py", "    currency: str\n", "    currency: str\n    note: str\n"),
    (
        "reporting/lists/conversion_document.py",
        '"decided_by", "campaign_id", "publisher_id"',
        '"decided_by", "campaign_id", "publisher_id", "note"',
    ),
    ("tables/requests.py", "    subject = ", '    role = UnicodeAttribute(default="old")\n    subject = '),
    ("admin/audit/schemas.py", "    subject: str\n", "    subject: str\n    role: str\n"),
)
COUNTERS: tuple[Change, ...] = (
    ("counters/cells.py", '    goal: str = ""\n', '    goal: str = ""\n    browser: str = ""\n'),
    (
        "counters/cells.py",
        "        arm=arm_dimension(",
        '        browser=stored.get("browser") or "",\n        arm=arm_dimension(',
    ),
    ("counters/cells.py", '    "poison",\n', '    "poison",\n    "test_conversions",\n'),
)
EVERY_CHANGE = (*TARGETING, *CAMPAIGN, *SMARTLINK, *CLICK, *ROWS, *COUNTERS)

CLAIMS = """
from tests.documents import click_and_explain, clicked, good, new_link, recorded, refusals
from tests.test_stored_documents import Stored, stored


def test_old_rows_read_with_the_defaults_of_their_readers(stored: Stored) -> None:
    get, sample = lambda path: good(stored.admin.get(path)), stored.sample
    campaign = get(f"/admin/campaigns/{sample['campaigns']['game']}")
    assert (campaign["pace"], campaign["targeting"]["carriers"], campaign["schedule"]["months"]) == ("old", [], [])
    assert {cap["share"] for cap in campaign["caps"]} == {"1"}
    assert campaign["duplicate_filter"]["scope"] == "old"
    smartlink = get(f"/admin/smartlinks/{sample['smartlinks']['weighted']}")
    assert (smartlink["note"], [offer["label"] for offer in smartlink["offers"]]) == ("old", ["old", "old"])
    assert [offer["targeting"]["carriers"] for offer in smartlink["offers"]] == [[], []]
    click = get(f"/admin/clicks/{sample['clicks']['weighted'][0]}")
    assert click["referrer"] == "old"
    assert {item["note"] for item in get("/admin/conversions")["items"]} == {"old"}
    assert {item["role"] for item in get("/admin/audit")["items"]} == {"old"}


def test_new_rows_have_the_new_fields(stored: Stored) -> None:
    before = set(recorded())
    clicked(stored.sample["codes"]["optimized"])
    (click_id,) = set(recorded()) - before
    assert good(stored.admin.get(f"/admin/clicks/{click_id}"))["referrer"] == "new"
    body = {"name": "new", "destination_url": "https://new.example/", "targeting": {"carriers": ["acme"]}}
    created = good(stored.admin.post("/admin/campaigns", body))
    assert (created["pace"], created["targeting"]["carriers"]) == ("even", ["acme"])
    code = new_link(stored.admin, {"campaign_id": created["id"]})
    assert refusals(click_and_explain(stored.admin, code)) == ["carrier"]
"""
"""Tests that are added to the scratch copy."""
