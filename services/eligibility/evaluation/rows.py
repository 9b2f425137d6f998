"""The rows that an award's subjects read, found along the award's declared reads, forwards and backwards."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import polars as pl

from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.policy.grammar.award import Award
from services.eligibility.policy.grammar.common import INTEGRITY, PaidBefore
from services.eligibility.policy.grammar.lookups import PAYEE_FORM
from services.eligibility.policy.grammar.reads import PAYEE, SUBJECT, Read

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


def _column(read: Read) -> pl.Expr:
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
            looked = _kept(facts, read).with_columns(_column(read).alias(_VALUE))
            found = looked.join(wanted.lazy(), on=_VALUE, how="inner").drop(_VALUE).collect()
        found = found.select(READER, *CATALOGUE[read.dataset].schema.names())
        known = rows.get(read.dataset)
        rows[read.dataset] = found.unique() if known is None else pl.concat([known, found]).unique()
    return rows


def _links(rows: dict[str, pl.DataFrame], origin: str) -> pl.DataFrame:
    dataset, columns = origin.split(".")
    if dataset not in rows:
        return pl.DataFrame(schema={READER: pl.String, _VALUE: pl.String})
    value = _column(Read(dataset, columns)).alias(_VALUE)
    return rows[dataset].select(READER, value).drop_nulls().unique()


def subjects_reading(facts: Facts, award: Award, uscc: pl.Series) -> set[str]:
    """The subjects of the award that read any row naming one of these enterprises."""
    reads = reads_of(award)
    found: set[str] = set()
    for index, read in enumerate(reads):
        owners = CATALOGUE[read.dataset].owners
        if not read.column or not owners:
            continue
        if read.column in owners:
            values = uscc
        else:
            named = pl.any_horizontal(pl.col(owner).is_in(uscc.implode()) for owner in owners)
            values = _kept(facts, read).filter(named).select(_column(read).alias(_VALUE)).collect()[_VALUE].unique()
        found |= set(_traced(facts, reads, index, values))
        other = [owner for owner in owners if owner != read.column]
        if read.column in owners and other:
            named = pl.any_horizontal(pl.col(owner).is_in(uscc.implode()) for owner in other)
            values = _kept(facts, read).filter(named).select(_column(read).alias(_VALUE)).collect()[_VALUE].unique()
            found |= set(_traced(facts, reads, index, values))
    return found


def _traced(facts: Facts, reads: tuple[Read, ...], index: int, values: pl.Series) -> Iterable[str]:
    """From values of a read's column back to subjects, along the reads listed before it."""
    if not values.len():
        return
    origin = reads[index].of
    if origin == SUBJECT:
        yield from values.to_list()
        return
    dataset, columns = origin.split(".")
    for earlier in range(index):
        if reads[earlier].dataset == dataset and reads[earlier].column:
            rows = _kept(facts, reads[earlier]).filter(_column(Read(dataset, columns)).is_in(values.implode()))
            found = rows.select(_column(reads[earlier]).alias(_VALUE)).unique().collect()[_VALUE]
            yield from _traced(facts, reads, earlier, found)
