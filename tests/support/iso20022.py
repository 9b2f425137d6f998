"""The published schemas of ISO 20022, to hold messages against."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lxml import etree

SCHEMAS = Path(__file__).parents[2] / "services" / "payout" / "batches" / "iso20022" / "schemas"


@cache
def schema_of(name: str) -> etree.XMLSchema:
    """Return a published schema."""
    return etree.XMLSchema(etree.parse(SCHEMAS / f"{name}.xsd"))


def require_schema(content: bytes, name: str) -> etree._Element:
    """Return the root of a message, which has to follow its published schema."""
    root = etree.fromstring(content)
    schema_of(name).assertValid(root)
    return root
