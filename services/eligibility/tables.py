"""The MetaData that the rooms declare their tables in."""

from __future__ import annotations

from shared.database.schema import service_metadata

metadata = service_metadata()
