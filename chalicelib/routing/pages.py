"""The HTML pages that a visitor may see instead of an offer."""


def _page(title: str, text: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<title>{title}</title></head>"
        '<body style="font:16px/1.5 system-ui,sans-serif;max-width:32em;margin:20vh auto;padding:0 1em">'
        f"<h1>{title}</h1><p>{text}</p></body></html>"
    )


UNKNOWN_LINK = _page("Link not found", "This link does not exist or was removed.")
NO_OFFER = _page("No offer available", "No offer is available to you at the moment. Please try again later.")
UNAVAILABLE = _page("One moment, please", "This link is temporarily unavailable. Please try again.")
