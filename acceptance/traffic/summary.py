"""Print or save the traffic that was sent."""

import json
from dataclasses import asdict
from pathlib import Path

from acceptance.traffic import ledger, send
from acceptance.traffic.ledger import CELLS, LedgerFigures
from acceptance.traffic.run import RunOptions, Sent
from deploy.errors import CommandError


def format_table(sent: Sent) -> str:
    """Return a summary: posts by kind, then the ledger with a line for each campaign of each smartlink."""
    counts = send.count_posts(sent.results)
    lines = [
        f"clicks       {len(sent.real)} through the redirect, {len(sent.backdated)} backdated",
        f"postbacks    {', '.join(f'{count} {kind}' for kind, count in counts.items())}",
        "",
        f"{'smartlink':<10} {'campaign':<10} "
        + " ".join(f"{name.removesuffix('_clicks'):>11}" for name in ledger.COLUMNS),
    ]
    names = {campaign.id: campaign.name.partition(" ")[0] for campaign in sent.network.campaigns}
    cells = ledger.tally(sent.clicks, sent.conversions, ("smartlink", "campaign"))
    for key in sorted(cells, key=str):
        smartlink, campaign = sent.network.smartlinks[key[0] or ""], names.get(key[1] or "", "-")
        lines.append(f"{smartlink:<10} {campaign:<10} {_columns(cells[key])}")
    return "\n".join([*lines, f"{'all':<21} {_columns(ledger.total(cells))}"])


def _columns(figures: LedgerFigures) -> str:
    return " ".join(f"{value!s:>11}" for value in ledger.row(figures).values())


def write(path: Path, options: RunOptions, sent: Sent) -> None:
    """Write all requests, and the ledger of each smartlink in the shape of its report, to a JSON file."""
    document = {
        "order": asdict(options),
        "mark": sent.network.mark,
        "smartlinks": [
            {"smartlink_id": smartlink, "name": name, "rows": ledger.rows(sent.ledger(smartlink, CELLS, "click"))}
            for smartlink, name in sent.network.smartlinks.items()
        ],
        "clicks": [asdict(click) for click in sent.clicks],
        "conversions": [asdict(paid) | {"click": paid.click.click_id} for paid in sent.conversions],
        "posts": [
            {
                "click_id": result.post.action.click.click_id,
                "method": result.post.method,
                "parameters": dict(result.post.parameters),
                "at": result.at,
                "answered": result.status,
                "said": result.outcome,
            }
            for result in sent.results
        ],
    }
    try:
        path.write_text(json.dumps(document, indent=1, default=str) + "\n")
    except OSError as error:
        message = f"The ledger could not be written to {path} ({error}). Choose another file with --out."
        raise CommandError(message) from error
