"""Pieces of SQL made from a dataset's declaration, for `statements.py` and the repositories.

Every dataset has tables of its own, so these statements cannot be static files. Names come from declarations, numbers are
integers, codes were checked: no input is ever pasted in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.registry.datasets.tables import history_name
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset, Kind
from shared.policies import JURISDICTIONS


def listed(names: Sequence[str], prefix: str = "") -> str:
    """Write column names as a list, each after `prefix`."""
    return ", ".join(f"{prefix}{name}" for name in names)


def same(names: Sequence[str], left: str, right: str) -> str:
    """Write that the columns are equal in two tables; none of them may be null."""
    return " AND ".join(f"{left}.{name} = {right}.{name}" for name in names)


def differ(names: Sequence[str], left: str, right: str) -> str:
    """Write that some of the columns differ in two tables, null being a value like others."""
    if not names:
        return "false"
    return f"({listed(names, left + '.')}) IS DISTINCT FROM ({listed(names, right + '.')})"


def has_value(dataset: Dataset, name: str, value: str) -> str:
    """Write that a field of current or past rows has a value, a code in whatever spelling: that on record, or the one given."""
    if name not in dataset.codes:
        return f"{name} = {value}"
    given = f"CAST({value} AS text)"
    recorded = f"ARRAY(SELECT s.{name} FROM {dataset.name} AS s WHERE code_key(s.{name}) = code_key({given}))"
    return f"{name} = ANY({recorded} || ARRAY[{given}, code_spelling({given})])"


def _number(revision: int | str) -> str:
    """Write a revision: a number, or the name of a bound parameter such as `:revision`."""
    return revision if isinstance(revision, str) else f"{revision:d}"


def rows_at(dataset: Dataset, revision: int | str, where: str = "true") -> str:
    """Write the query of the dataset's rows as known at `revision`: its fields and the revision that set each row.

    `revision` is a number or a bound parameter (`:revision`). It is one statement, so that a row which is being replaced is
    seen exactly once.
    """
    columns, at = f"{listed(dataset.names)}, revision", _number(revision)
    return f"""SELECT {columns} FROM {dataset.name} WHERE revision <= {at} AND {where}
        UNION ALL
        SELECT {columns} FROM {history_name(dataset.name)} WHERE revision <= {at} AND replaced_in > {at} AND {where}"""


def names_any_of(dataset: Dataset, enterprises: str, revision: int | str) -> str:
    """Write the condition that a row names one of `enterprises` (an SQL array), by itself or through its parent.

    Rows of datasets that belong to nobody concern everybody.
    """
    if dataset.owners:
        return "(" + " OR ".join(f"{name} = ANY({enterprises})" for name in dataset.owners) + ")"
    if not dataset.parent:
        return "true"
    owned = rows_at(CATALOGUE[dataset.parent], revision, f"uscc = ANY({enterprises})")
    return f"{dataset.key[0]} IN (SELECT parent.{dataset.key[0]} FROM ({owned}) AS parent)"


def visible_to(dataset: Dataset, jurisdiction: str | None, uscc: str | None, today: date, revision: int | str) -> str:
    """Write the condition that a caller may see a row: it names the enterprise `uscc`, or one located in `jurisdiction` today.

    The location counts that the newest revision records, also when an earlier one is read. None restricts nothing.
    """
    if uscc is not None:
        return names_any_of(dataset, codes_array([uscc]), revision)
    if jurisdiction is None:
        return "true"
    if jurisdiction not in JURISDICTIONS:
        return "false"
    day = today.isoformat()
    located = (
        f"SELECT l.uscc FROM locations AS l WHERE l.jurisdiction = '{jurisdiction}'"
        f" AND l.since <= DATE '{day}' AND (l.until IS NULL OR l.until > DATE '{day}')"
    )
    return names_any_of(dataset, f"ARRAY({located})", revision)


def owner_at(dataset: Dataset, alias: str, revision: int | str) -> str:
    """Write the expression of a row's owning enterprise as known at `revision`; null if there is none."""
    if dataset.owners:
        return f"{alias}.{dataset.owners[0]}"
    if not dataset.parent:
        return "NULL"
    field = dataset.key[0]
    owners = rows_at(CATALOGUE[dataset.parent], revision, f"{field} = {alias}.{field}")
    return f"(SELECT parent.uscc FROM ({owners}) AS parent)"


def json_row(dataset: Dataset, alias: str, *further: str) -> str:
    """Write the expression of a row as a JSON object with the dataset's fields, and `further` columns."""
    values = {
        item.name: f"trim_scale({alias}.{item.name})" if item.kind is Kind.DECIMAL else f"{alias}.{item.name}"
        for item in dataset.fields
    } | {name: f"{alias}.{name}" for name in further}
    members = ", ".join(f"'{name}', {value}" for name, value in values.items())
    return f"json_build_object({members})"


def codes_array(codes: Sequence[str]) -> str:
    """Write unified social credit codes as an array. Raises ValueError for anything but 18 digits and capital letters."""
    if not all(len(code) == 18 and code.isascii() and code.isalnum() for code in codes):
        raise ValueError("not unified social credit codes")
    return "ARRAY[" + ", ".join(f"'{code}'" for code in codes) + "]::text[]"
