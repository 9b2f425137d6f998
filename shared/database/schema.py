"""Conventions of all tables."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

APPEND_ONLY = {"append_only": True}
"""`Table.info` of a table whose rows the application role may insert and read, but not change or delete."""
READ_ONLY = {"read_only": True}
"""`Table.info` of a table that migrations alone write."""
SEALED = APPEND_ONLY | {"sealed": True}
"""`Table.info` of an append-only table with a serial `id` whose rows are sealed into a hash chain (`shared.audit.sealing`)."""


def changes(*columns: str, deletes: bool = False) -> dict[str, Any]:
    """Return `Table.info` of a table of which the application role may change `columns` alone; `deletes`: and delete rows.

    Without it the role may read and insert. `SELECT … FOR UPDATE` needs a column that may be changed.
    """
    return {"changes": columns, "deletes": deletes}


def service_metadata() -> MetaData:
    """Return the MetaData for a service's own tables."""
    return MetaData(naming_convention=NAMING)
