"""What the documents of uplift and replay share."""

from typing import Annotated

from pydantic import Field

Figure = Annotated[str, Field(json_schema_extra={"pattern": r"^-?[0-9]+\.[0-9]{6}$", "examples": ["0.012500"]})]
"""A decimal string with six places."""

Bounds = Annotated[list[Figure], Field(min_length=2, max_length=2)]
"""The lower and the upper end of a 95 % interval."""
