"""Replace the registry's account key: everything sealed with the present one is sealed anew, in one transaction.

`python -m services.registry.rotate_account_key` reads `REGISTRY_ACCOUNT_KEY` and `REGISTRY_NEW_ACCOUNT_KEY`. The registry's app
and worker are stopped meanwhile, and started with the new key afterwards (docs/operations.md).
"""

from __future__ import annotations

import sys

import orjson
import polars as pl
from sqlalchemy import Connection, text

from services.registry.cipher import AccountCipher, AccountKeyError
from services.registry.datasets.tables import CURRENT, DRAFTED, HISTORY
from services.registry.imports.tables import import_chunks, import_rejected_rows
from services.registry.settings import Settings
from shared.audit import log as audit
from shared.catalogue.datasets import CATALOGUE
from shared.database.bulk import copy_frame
from shared.database.engine import Database
from shared.process_settings import end_process, load

ACTOR = "registry-rekey"
"""Audit records of earlier versions name this actor, so it must not change."""


class ImportsUnderWayError(RuntimeError):
    """Uploaded files have not been imported yet; they are sealed with the present key."""


def replace_account_key(connection: Connection, present: AccountCipher, new: AccountCipher) -> int:
    """Seal everything anew within the caller's transaction, as the owner of the tables; returns how many texts were sealed.

    Raises ImportsUnderWayError, or AccountKeyError if something is not sealed under the present key.
    """
    sealed = [(table, name) for d in CATALOGUE.values() for name in d.sensitive for table in _tables(d.name)]
    sealed.append((import_rejected_rows.name, "cells"))
    locked = ", ".join([import_chunks.name, *dict.fromkeys(table for table, _ in sealed)])
    connection.execute(text(f"LOCK TABLE {locked} IN ACCESS EXCLUSIVE MODE"))
    if connection.execute(text(f"SELECT EXISTS (SELECT FROM {import_chunks.name})")).scalar_one():
        raise ImportsUnderWayError(
            "Imports are under way: start the registry with the present key until they have ended."
        )
    done = sum(_seal_anew(connection, table, column, present, new) for table, column in sealed)
    audit.record(connection, actor=ACTOR, act="change_account_key", subjects=["*"], details={"sealed": done})
    return done


def _tables(dataset: str) -> list[str]:
    return [tables[dataset].name for tables in (CURRENT, HISTORY, DRAFTED) if dataset in tables]


def _seal_anew(connection: Connection, table: str, column: str, present: AccountCipher, new: AccountCipher) -> int:
    found = (
        connection.execute(text(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL")).scalars().all()
    )
    connection.execute(text("CREATE TEMP TABLE sealed_anew (before text PRIMARY KEY, after text) ON COMMIT DROP"))
    frame = pl.DataFrame({"before": found, "after": [new.seal(present.open(each)) for each in found]}, schema_overrides={
        "before": pl.String, "after": pl.String})  # fmt: skip
    copy_frame(connection, "sealed_anew", frame)
    # The history is append-only; its owner alone may disable that, and does so for this transaction.
    connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    connection.execute(text(f"UPDATE {table} SET {column} = after FROM sealed_anew WHERE {column} = before"))
    connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    connection.execute(text("DROP TABLE sealed_anew"))
    return len(found)


def main() -> None:
    """Change the key of the registry that the settings name."""
    settings = load(Settings)
    if settings.owner_database_url is None or settings.new_account_key is None:
        end_process(
            "Set REGISTRY_OWNER_DATABASE_URL and REGISTRY_NEW_ACCOUNT_KEY: the owner of the tables changes the key."
        )
    present, new = (AccountCipher(key.get_secret_value()) for key in (settings.account_key, settings.new_account_key))
    database = Database(settings.owner_database_url, pool_size=1, application_name=ACTOR)
    try:
        with database.transaction() as connection:
            done = replace_account_key(connection, present, new)
    except (ImportsUnderWayError, AccountKeyError) as error:
        end_process("{problem} Nothing was changed.", problem=str(error))
    finally:
        database.close()
    sys.stdout.write(orjson.dumps({"sealed": done}).decode() + "\n")


if __name__ == "__main__":
    main()
