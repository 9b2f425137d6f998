"""Two tables per dataset, made from its declaration: current rows, and rows that were replaced or withdrawn.

A dataset whose change sets need a second person has a third one: the rows of its drafts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Label,
    Numeric,
    Table,
    Text,
    Uuid,
    func,
    inspect,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint, insert
from sqlalchemy.types import TypeEngine

from services.registry.metadata import metadata
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import DECIMALS, INTEGERS, Dataset, Field, Kind
from shared.database.schema import APPEND_ONLY, READ_ONLY, changes
from shared.policies import POLICIES


def history_name(dataset: str) -> str:
    """Return the name of the table that holds the dataset's replaced and withdrawn rows."""
    return f"{dataset}_history"


def drafted_name(dataset: str) -> str:
    """Return the name of the table that holds the rows of the dataset's drafts."""
    return f"{dataset}_drafted"


def _type(item: Field) -> TypeEngine[Any]:
    if item.kind in INTEGERS:
        return BigInteger()
    if item.kind is Kind.DECIMAL:
        return Numeric(DECIMALS.precision, DECIMALS.scale)
    if item.kind is Kind.DAY:
        return Date()
    # Byte order in the index, the same everywhere: pages and snapshots are sorted by it.
    return Boolean() if item.kind is Kind.FLAG else Text(collation="C")


def _columns(dataset: Dataset, *, current: bool) -> Iterator[Column[Any]]:
    for item in dataset.fields:
        yield Column(item.name, _type(item), nullable=item.optional, primary_key=item.name in dataset.key)
    yield Column("revision", BigInteger, nullable=False, primary_key=not current)


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


def _checks(dataset: Dataset) -> Iterator[CheckConstraint]:
    for item in dataset.fields:
        if item.minimum is not None and item.maximum is not None:
            yield CheckConstraint(f"{item.name} BETWEEN {item.minimum} AND {item.maximum}", name=item.name)
        elif item.of_policies:
            yield CheckConstraint(f"{item.name} ~ '^[a-z][a-z0-9_]*$'", name=item.name)
        elif item.choices:
            yield CheckConstraint(f"{item.name} IN ({_listed(item.choices)})", name=item.name)
        elif item.pattern:
            yield CheckConstraint(f"{item.name} ~ '{item.pattern}'", name=item.name)
        elif item.kind is Kind.USCC and item.name not in dataset.references:
            yield CheckConstraint(f"{item.name} ~ '^[0-9A-Z]{{18}}$'", name=item.name)
    if dataset.period is not None:
        yield CheckConstraint(f"{dataset.period.last} >= {dataset.period.first}", name="period_reversed")


def _owner_indexes(dataset: Dataset, table: str) -> Iterator[Index]:
    for name in dataset.owners:
        if name != dataset.key[0]:
            yield Index(f"ix_{table}_{name}", name)


def _index_spellings(dataset: Dataset, table: Table) -> None:
    """Declare that two spellings of one key are one, and what finds a code in any spelling."""
    in_key = [name for name in dataset.codes if name in dataset.key]
    if in_key:
        key = (func.code_key(table.c[name]) if name in in_key else table.c[name] for name in dataset.key)
        Index(f"uq_{dataset.name}_spelling", *key, unique=True)
    for name in dataset.codes:
        if dataset.by_name[name].parts:
            Index(f"ix_{dataset.name}_{name}_part", func.code_key(func.split_part(table.c[name], ":", 1)))
        if name != dataset.key[0]:
            Index(f"ix_{dataset.name}_{name}_spelling", func.code_key(table.c[name]))


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
        info=changes(*(item.name for item in dataset.fields), "revision", deletes=True),
    )
    _index_spellings(dataset, table)
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
    if dataset.period is not None and dataset.period.apart:
        days = text(f"daterange({dataset.period.first}, {dataset.period.last})")
        table.append_constraint(
            ExcludeConstraint(
                *((table.c[name], "=") for name in dataset.period.apart),
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


def _drafted(dataset: Dataset) -> Table:
    columns = (
        Column(item.name, _type(item), nullable=item.optional, primary_key=item.name in dataset.key)
        for item in dataset.fields
    )
    return Table(
        drafted_name(dataset.name),
        metadata,
        Column("draft_id", Uuid, ForeignKey("drafts.id"), primary_key=True),
        *columns,
        info=APPEND_ONLY,
    )


CURRENT: Mapping[str, Table] = MappingProxyType({name: _current(item) for name, item in CATALOGUE.items()})
"""The tables of current rows by dataset."""

HISTORY: Mapping[str, Table] = MappingProxyType({name: _history(item) for name, item in CATALOGUE.items()})
"""The tables of replaced and withdrawn rows by dataset."""

DRAFTED: Mapping[str, Table] = MappingProxyType(
    {name: _drafted(item) for name, item in CATALOGUE.items() if item.confirmation}
)
"""The tables of the rows of drafts by dataset: the rows that a draft records, or those that it withdraws."""

policy_awards = Table(
    "policy_awards",
    metadata,
    Column("award", Text, primary_key=True),
    Column("policy", Text, nullable=False),
    Column("tiered", Boolean, nullable=False),
    info=READ_ONLY,
)
"""The awards of the installed policies; a trigger compares the tiers of earlier payments with it."""


def install(connection: Connection) -> None:
    """Make the tables of datasets that have none yet, and write the awards of the installed policies.

    Datasets of policies from before version 0005 have theirs from migrations. What a policy that is no longer installed left
    stays.
    """
    present = set(inspect(connection).get_table_names())
    for name in CATALOGUE.keys() - present:
        kept = [HISTORY[name], *([DRAFTED[name]] if name in DRAFTED else [])]
        metadata.create_all(connection, [CURRENT[name], *kept])
        for table in kept:
            connection.execute(
                text(
                    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table.name}"
                    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
                )
            )
    awards = [
        {"award": award, "policy": policy.code, "tiered": award in policy.tiered}
        for policy in POLICIES.values()
        for award in policy.awards
    ]
    connection.execute(insert(policy_awards).on_conflict_do_nothing(), awards)


def is_installed(connection: Connection) -> bool:
    """Return whether `install` has run for all installed policies."""
    return set(POLICIES) <= set(connection.execute(select(policy_awards.c.policy).distinct()).scalars())
