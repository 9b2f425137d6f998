"""Reads for challenges whose statements are made from the declarations of datasets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, TextClause, text

from services.registry.revisions import statements
from services.registry.revisions.records import ReadAccess
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset


def visible(access: ReadAccess) -> TextClause:
    """Write the condition that the caller may see a challenge: the enterprise that it concerns is one that it may see."""
    return text(f"({access.visible_condition(CATALOGUE['enterprises'], 0)})")


def changed_in(connection: Connection, dataset: Dataset, key: Mapping[str, Any], revision: int) -> bool:
    """Return whether a revision changed the row with this key."""
    versions = connection.execute(text(statements.versions_of_record(dataset, list(key), "true")), dict(key))
    return any(revision in (version.revision, version.replaced_in) for version in versions)
