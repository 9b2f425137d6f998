"""The rows that an award's subjects read, found along the award's declared reads."""

from __future__ import annotations

from functools import cache

import polars as pl

from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.common import INTEGRITY, PaidBefore
from services.eligibility.rules.grammar.lookups import PAYEE_FORM
from services.eligibility.rules.grammar.reads import PAYEE, SUBJECT, Read

#: The column that names the subject a row is read for; datasets have a `subject` of their own.
READER = "read for"
_VALUE = "value looked for"


@cache
def reads_of(award: Award) -> tuple[Read, ...]:
    """Every read of the award under any reading, each after what it hangs on; payees spelled out."""
    on_payment = PaidBefore(award.paid_under, award.about.once)
    shared = [PAYEE_FORM.source, *award.lookups(), on_payment, INTEGRITY]
    wanted = [*award.about.reads(), *(read for lookup in shared for read in lookup.reads()), *award.prior_reads]
    found: list[Read] = []
    for read in wanted:
        origins = award.about.payee_origins() if read.of == PAYEE else (read.of,)
        found += [Read(read.dataset, read.column, origin, read.only, read.before_colon) for origin in origins]
    return tuple(dict.fromkeys(found))


def column_of(read: Read) -> pl.Expr:
    """The value that a row of the dataset is looked for by."""
    columns = [pl.col(name) for name in read.columns]
    joined = columns[0] if len(columns) == 1 else pl.concat_str(columns, separator=":")
    return joined.str.split(":").list.first() if read.before_colon else joined


def _kept(facts: Facts, read: Read) -> pl.LazyFrame:
    rows = facts[read.dataset].lazy()
    if read.only is None:
        return rows
    column, values = read.only
    return rows.filter(pl.col(column).is_in(list(values)))


def rows_read(facts: Facts, award: Award, subjects: pl.Series) -> dict[str, pl.DataFrame]:
    """Dataset → the rows read with the subject that reads them in `READER`; whole datasets are read for null."""
    links = {SUBJECT: subjects.unique().alias(READER).to_frame().with_columns(pl.col(READER).alias(_VALUE))}
    rows: dict[str, pl.DataFrame] = {}
    for read in reads_of(award):
        if not read.column:
            found = _kept(facts, read).with_columns(pl.lit(None, dtype=pl.String).alias(READER)).collect()
        else:
            wanted = links[SUBJECT] if read.of == SUBJECT else _links(rows, read.of)
            looked = _kept(facts, read).with_columns(column_of(read).alias(_VALUE))
            found = looked.join(wanted.lazy(), on=_VALUE, how="inner").drop(_VALUE).collect()
        found = found.select(READER, *CATALOGUE[read.dataset].schema.names())
        known = rows.get(read.dataset)
        rows[read.dataset] = found.unique() if known is None else pl.concat([known, found]).unique()
    return rows


def _links(rows: dict[str, pl.DataFrame], origin: str) -> pl.DataFrame:
    dataset, columns = origin.split(".")
    if dataset not in rows:
        return pl.DataFrame(schema={READER: pl.String, _VALUE: pl.String})
    value = column_of(Read(dataset, columns)).alias(_VALUE)
    return rows[dataset].select(READER, value).drop_nulls().unique()
