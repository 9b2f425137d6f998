"""Record rows and withdraw keys, each within the caller's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection

from services.registry.cipher import AccountCipher
from services.registry.revisions import repository
from services.registry.revisions.domain import Author, Clearing, RowsRefused
from services.registry.revisions.staging import Staging
from shared.catalogue.checks import check_records
from shared.catalogue.domain import Dataset
from shared.catalogue.validation_errors import MESSAGES, name_of, no_errors, parameters_of
from shared.errors import FieldError


@dataclass(frozen=True, slots=True)
class Submitted:
    """Records as they were submitted, the JSON pointer of each, and whether they may empty values on record."""

    records: Sequence[object]
    pointers: Sequence[str]
    source: str | None = None
    reason: str | None = None
    clearing: Clearing = Clearing.REFUSE


def record_rows(
    connection: Connection, dataset: Dataset, submitted: Submitted, author: Author, cipher: AccountCipher
) -> dict[str, Any]:
    """Store records as one revision or keep them as a draft, all or none. Raises RowsRefused with every error of every record."""
    lines = range(len(submitted.records))
    checked = check_records(dataset, submitted.records, lines)
    staging = Staging(connection, dataset)
    staging.add(cipher.seal_columns(checked.rows, dataset.sensitive))
    published = repository.publish(connection, [staging], author, clearing=submitted.clearing)
    refuse(dataset, [checked.errors, *published.errors.values()], submitted.pointers)
    return {
        "revision": published.recorded_in,
        "draft": published.draft,
        "changed": published.changed,
        "rows": {
            "read": checked.read,
            "accepted": published.accepted,
            "unchanged": published.unchanged,
            "rejected": 0,
        },
    }


def withdraw_keys(
    connection: Connection, dataset: Dataset, keys: Sequence[dict[str, Any]], author: Author
) -> dict[str, Any]:
    """Withdraw records that were never true as one revision, or keep that as a draft. Raises RowsRefused for an unknown key."""
    schema = {"line": pl.Int64(), **{name: dataset.schema[name] for name in dataset.key}}
    columns = {"line": list(range(len(keys))), **{name: [key[name] for key in keys] for name in dataset.key}}
    staging = Staging(connection, dataset)
    staging.add(pl.DataFrame(columns, schema=schema).unique(dataset.key, keep="first", maintain_order=True))
    published = repository.publish_withdrawal(connection, staging, author)
    refuse(dataset, published.errors.values(), [f"/keys/{place}" for place in range(len(keys))])
    return {
        "revision": published.recorded_in,
        "draft": published.draft,
        "withdrawn": published.counts[dataset.name].withdrawn,
    }


def refuse(dataset: Dataset, frames: Iterable[pl.DataFrame], pointers: Sequence[str]) -> None:
    """Raise RowsRefused for the errors in `frames`, if there are any; `pointers` names the place of each line."""
    errors = [
        FieldError(
            pointers[line] + (f"/{field}" if field else ""),
            code,
            MESSAGES[code],
            **parameters_of(dataset, field, detail),
        )
        for line, field, code, detail in pl.concat([no_errors(), *frames]).sort("line", maintain_order=True).iter_rows()
    ]
    if any(error.code == "would_clear" for error in errors):
        rows = len({error.pointer.rpartition("/")[0] for error in errors if error.code == "would_clear"})
        fields = Counter(error.pointer.rpartition("/")[2] for error in errors if error.code == "would_clear")
        raise RowsRefused(
            "{rows} records would empty values on record: {fields}. Leave the members out to keep the values, or send"
            " clearing=allow.",
            errors=errors,
            rows=rows,
            fields=[
                {language: f"{name} ({count})" for language, name in name_of(dataset.field(field)).items()}
                for field, count in sorted(fields.items())
            ],
        )
    if errors:
        raise RowsRefused("See `errors` for each mistake.", errors=errors)
