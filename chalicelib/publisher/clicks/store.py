"""A publisher's recorded clicks."""

from chalicelib.http.problems import NotFound
from chalicelib.tables.base import existing
from chalicelib.tables.clicks import Click


def click(publisher_id: str, click_id: str) -> Click:
    """The publisher's recorded click; `NotFound` where there is none, or it is somebody else's."""
    row = existing(Click, click_id)
    if row is None or row.publisher_id != publisher_id:
        message = f"there is no click {click_id}"
        raise NotFound(message)
    return row
