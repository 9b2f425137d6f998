"""All of the registry's tables."""

from __future__ import annotations

import services.registry.datasets.tables
import services.registry.imports.tables
import services.registry.revisions.tables  # noqa: F401 - importing a room's tables declares them
from services.registry.metadata import metadata

__all__ = ["metadata"]
