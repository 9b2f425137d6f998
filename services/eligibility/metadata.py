"""The MetaData that eligibility's tables are declared in; `schema.py` gathers them."""

from __future__ import annotations

from shared.database.schema import service_metadata

metadata = service_metadata()
