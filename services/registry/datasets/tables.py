"""Two tables per dataset, made from its declaration: current rows, and rows that were replaced or withdrawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Label,
    Table,
    Text,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.types import TypeEngine

from services.registry.datasets.catalogue import CATALOGUE
from services.registry.datasets.domain import INTEGERS, Dataset, Field, Kind
from services.registry.metadata import metadata
from shared.database.schema import APPEND_ONLY


def history_name(dataset: str) -> str:
    """Return the name of the table that holds the dataset's replaced and withdrawn rows."""
    return f"{dataset}_history"


def _type(item: Field) -> TypeEngine[Any]:
    if item.kind in INTEGERS:
        return BigInteger()
    if item.kind is Kind.DAY:
        return Date()
    # Byte order in the index, the same everywhere: pages and snapshots are sorted by it.
    return Boolean() if item.kind is Kind.FLAG else Text(collation="C")


def _columns(dataset: Dataset, *, current: bool) -> Iterator[Column[Any]]:
    for item in dataset.fields:
        yield Column(item.name, _type(item), nullable=item.optional, primary_key=item.name in dataset.key)
    yield Column("revision", BigInteger, nullable=False, primary_key=not current)


def _checks(dataset: Dataset) -> Iterator[CheckConstraint]:
    for item in dataset.fields:
        if item.minimum is not None and item.maximum is not None:
            yield CheckConstraint(f"{item.name} BETWEEN {item.minimum} AND {item.maximum}", name=item.name)
        elif item.choices:
            allowed = ", ".join(f"'{code}'" for code in item.choices)
            yield CheckConstraint(f"{item.name} IN ({allowed})", name=item.name)
        elif item.pattern:
            yield CheckConstraint(f"{item.name} ~ '{item.pattern}'", name=item.name)
        elif item.kind is Kind.USCC and item.name not in dataset.references:
            yield CheckConstraint(f"{item.name} ~ '^[0-9A-Z]{{18}}$'", name=item.name)
    for rule in dataset.rules:
        yield CheckConstraint(rule.constraint, name=rule.code)


def _owner_indexes(dataset: Dataset, table: str) -> Iterator[Index]:
    found = (*dataset.owners, *((dataset.through[0],) if dataset.through else ()))
    for name in found:
        if name != dataset.key[0]:
            yield Index(f"ix_{table}_{name}", name)


def searchable(column: str) -> str:
    """Write the expression by which text is searched: each character three times over.

    Trigrams of the plain text would find no part shorter than three characters, and Chinese names are searched by two.
    """
    return rf"regexp_replace({column}, '(.)', '\1\1\1', 'g')"


def _current(dataset: Dataset) -> Table:
    table = Table(
        dataset.name,
        metadata,
        *_columns(dataset, current=True),
        *_checks(dataset),
        *(
            ForeignKeyConstraint(
                [name],
                ["enterprises.uscc"],
                deferrable=True,
                initially="DEFERRED",
            )
            for name in dataset.references
        ),
        Index(f"ix_{dataset.name}_revision", "revision"),
        *_owner_indexes(dataset, dataset.name),
    )
    if dataset.searched:
        tripled: Label[str] = literal_column(f"({searchable(dataset.searched)})").label("tripled")
        index = Index(
            f"ix_{dataset.name}_{dataset.searched}",
            tripled,
            postgresql_using="gin",
            postgresql_ops={"tripled": "gin_trgm_ops"},
            _table=table,
        )
        assert index in table.indexes
    if dataset.period:
        days = text(f"daterange({dataset.period.since}, {dataset.period.until})")
        table.append_constraint(
            ExcludeConstraint(
                *((table.c[name], "=") for name in dataset.period.group),
                (days, "&&"),
                name=f"ex_{dataset.name}_period",
                deferrable=True,
                initially="DEFERRED",
            )
        )
    return table


def _history(dataset: Dataset) -> Table:
    name = history_name(dataset.name)
    return Table(
        name,
        metadata,
        *_columns(dataset, current=False),
        Column("replaced_in", BigInteger, nullable=False),
        CheckConstraint("replaced_in > revision", name="replaced_later"),
        Index(f"ix_{name}_revision", "revision"),
        Index(f"ix_{name}_replaced_in", "replaced_in"),
        *_owner_indexes(dataset, name),
        info=APPEND_ONLY,
    )


CURRENT: Mapping[str, Table] = MappingProxyType({name: _current(item) for name, item in CATALOGUE.items()})
"""The tables of current rows by dataset."""

HISTORY: Mapping[str, Table] = MappingProxyType({name: _history(item) for name, item in CATALOGUE.items()})
"""The tables of replaced and withdrawn rows by dataset."""
