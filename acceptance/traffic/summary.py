"""What was sent, for people and for files."""

import json
from dataclasses import asdict
from pathlib import Path

from acceptance.traffic import ledger, send
from acceptance.traffic.ledger import CELLS, LedgerFigures
from acceptance.traffic.run import RunOptions, Sent
from deploy.errors import CommandError


def table(sent: Sent) -> str:
    """What was sent, as a person reads it: posts by kind, then a line for each campaign of each smartlink."""
    counted = send.counted(sent.answers)
    lines = [
        f"clicks       {len(sent.real)} through the redirect, {len(sent.former)} of former days",
        f"postbacks    {', '.join(f'{count} {kind}' for kind, count in counted.items())}",
        "",
        f"{'smartlink':<10} {'campaign':<10} "
        + " ".join(f"{name.removesuffix('_clicks'):>11}" for name in ledger.COLUMNS),
    ]
    names = {campaign.id: campaign.name.partition(" ")[0] for campaign in sent.network.campaigns}
    books = ledger.tally(sent.clicks, sent.conversions, ("smartlink", "campaign"))
    for key in sorted(books, key=str):
        smartlink, campaign = sent.network.smartlinks[key[0] or ""], names.get(key[1] or "", "-")
        lines.append(f"{smartlink:<10} {campaign:<10} {_columns(books[key])}")
    return "\n".join([*lines, f"{'all':<21} {_columns(ledger.total(books))}"])


def _columns(figures: LedgerFigures) -> str:
    return " ".join(f"{value!s:>11}" for value in ledger.row(figures).values())


def write(path: Path, order: RunOptions, sent: Sent) -> None:
    """Everything that was sent, and the ledger of each smartlink in the shape of its report."""
    document = {
        "order": asdict(order),
        "mark": sent.network.mark,
        "smartlinks": [
            {"smartlink_id": smartlink, "name": name, "rows": ledger.rows(sent.books(smartlink, CELLS, "click"))}
            for smartlink, name in sent.network.smartlinks.items()
        ],
        "clicks": [asdict(click) for click in sent.clicks],
        "conversions": [asdict(each) | {"click": each.click.click_id} for each in sent.conversions],
        "posts": [
            {
                "click_id": each.post.action.click.click_id,
                "method": each.post.method,
                "parameters": dict(each.post.parameters),
                "at": each.at,
                "answered": each.status,
                "said": each.said,
            }
            for each in sent.answers
        ],
    }
    try:
        path.write_text(json.dumps(document, indent=1, default=str) + "\n")
    except OSError as error:
        message = f"the ledger could not be written to {path} ({error}): name another file with --out"
        raise CommandError(message) from error
