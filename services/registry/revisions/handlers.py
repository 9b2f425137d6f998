"""Use cases of the store: record rows, withdraw keys. Each runs in the caller's one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection

from services.registry.cipher import AccountCipher
from services.registry.datasets.checks import check_records
from services.registry.datasets.domain import Dataset
from services.registry.datasets.validation_errors import message
from services.registry.revisions import repository
from services.registry.revisions.domain import Author, Published, RowsRefusedError
from services.registry.revisions.staging import Staging
from shared.errors import FieldError, Invalid
from shared.i18n import N_


class RowsRefused(Invalid):
    """Rows were refused, nothing was stored."""

    code = "rows-refused"
    title = N_("Rows were refused, nothing was stored")


@dataclass(frozen=True, slots=True)
class Submitted:
    """Records as they came, and the JSON pointer of the record at a place."""

    records: Sequence[object]
    pointers: Sequence[str]
    source: str | None = None
    reason: str | None = None


def record_rows(
    connection: Connection,
    dataset: Dataset,
    submitted: Submitted,
    author: Author,
    cipher: AccountCipher,
    language: str = "en",
) -> dict[str, Any]:
    """Store records as one revision, all or none. Raises Problem with each mistake of each record."""
    lines = range(len(submitted.records))
    checked = check_records(dataset, submitted.records, lines)
    errors = [checked.errors]
    staging = Staging(connection, dataset)
    staging.add(cipher.seal_columns(checked.rows, dataset.sensitive))
    published = repository.publish(connection, [staging], author)
    errors += published.errors.values()
    _refuse(dataset, pl.concat(errors), submitted.pointers, language)
    return {
        "revision": published.revision,
        "changed": published.changed,
        "rows": {
            "read": checked.read,
            "accepted": published.accepted,
            "unchanged": published.unchanged,
            "rejected": 0,
        },
    }


def withdraw_keys(
    connection: Connection,
    dataset: Dataset,
    keys: Sequence[dict[str, Any]],
    author: Author,
    language: str = "en",
) -> dict[str, Any]:
    """Withdraw records that were never true as one revision. Raises Problem for a key that is not there."""
    schema = {"line": pl.Int64(), **{name: dataset.schema[name] for name in dataset.key}}
    columns = {"line": list(range(len(keys))), **{name: [key[name] for key in keys] for name in dataset.key}}
    staging = Staging(connection, dataset)
    staging.add(pl.DataFrame(columns, schema=schema).unique(dataset.key, keep="first", maintain_order=True))
    try:
        published: Published = repository.publish_withdrawal(connection, staging, author)
    except RowsRefusedError as refused:
        pointers = [f"/keys/{place}" for place in range(len(keys))]
        _refuse(dataset, refused.errors[dataset.name], pointers, language)
        raise
    return {"revision": published.revision, "withdrawn": published.counts[dataset.name].withdrawn}


def _refuse(dataset: Dataset, errors: pl.DataFrame, pointers: Sequence[str], language: str) -> None:
    if errors.is_empty():
        return
    told = [
        FieldError(
            pointers[line] + (f"/{field}" if field else ""), code, message(dataset, field, code, detail, language)
        )
        for line, field, code, detail in errors.sort("line", maintain_order=True).iter_rows()
    ]
    raise RowsRefused("See `errors` for each mistake.", errors=told)


def submitted_of(body: Any, limit: int) -> Submitted:
    """Read a request's body: one record, a list of records, or `{records, source?, reason?}`. Raises Problem."""
    if isinstance(body, dict) and "records" in body:
        unknown = sorted(set(body) - {"records", "source", "reason"})
        _require(not unknown, f"/{unknown[0]}" if unknown else "", "unknown_field", "this field is not known")
        for name in ("source", "reason"):
            valid = body.get(name) is None or (isinstance(body[name], str) and "\0" not in body[name])
            _require(valid, f"/{name}", "not_text", "this must be text")
        records, prefix = body["records"], "/records"
        source, reason = body.get("source"), body.get("reason")
    else:
        records, prefix, source, reason = body, "", None, None
    if isinstance(records, dict) and prefix == "":
        return Submitted([records], [""], source, reason)
    _require(isinstance(records, list), prefix, "not_a_list", "this must be a list of records")
    _require(0 < len(records) <= limit, prefix, "count", f"send 1 to {limit} records; more go into an import")
    return Submitted(records, [f"{prefix}/{place}" for place in range(len(records))], source, reason)


def _require(condition: bool, pointer: str, code: str, meaning: str) -> None:  # noqa: FBT001
    if not condition:
        raise Invalid("See `errors` for each mistake.", errors=[FieldError(pointer, code, meaning)])
