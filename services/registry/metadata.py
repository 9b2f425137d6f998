"""The MetaData that the registry's tables are declared in; `schema.py` gathers them."""

from __future__ import annotations

from shared.database.schema import service_metadata

metadata = service_metadata()
