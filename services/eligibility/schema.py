"""What the eligibility database holds."""

from __future__ import annotations

from services.eligibility.decisions import tables
from services.eligibility.tables import metadata

__all__ = ["metadata", "tables"]
