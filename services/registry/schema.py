"""The registry's tables. `metadata` is complete once this module is loaded."""

from __future__ import annotations

from shared.database.schema import service_metadata

metadata = service_metadata()

# Each module declares its tables in `metadata`; Alembic and the grants see what is imported here.
from services.registry.datasets import tables as _datasets  # noqa: E402, F401
from services.registry.imports import tables as _imports  # noqa: E402, F401
from services.registry.revisions import tables as _revisions  # noqa: E402, F401
