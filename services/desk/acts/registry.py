"""Acts on facts: imports, drafts and challenges, by the registry's operations."""

from __future__ import annotations

from collections.abc import Mapping

from services.desk.acts.domain import Act

ACTS: Mapping[str, Act] = {}
