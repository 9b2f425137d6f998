"""Sealed inputs: the fact rows that a decision was computed from, as a document in its receipt."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from services.eligibility.engine.dependencies import PAIRS, READER, by_award, rows_read
from services.eligibility.facts.catalogue import CATALOGUE, NOBODY, Authors, Facts, frame_of
from services.eligibility.rules.domain import Policy


def inputs(facts: Facts, policy: Policy, pairs: pl.DataFrame, authors: Authors = NOBODY) -> pl.DataFrame:
    """Return award, subject, `inputs`: canonical JSON of every fact row that the subject's evaluation reads, and the `authors`
    of these rows and of those that it would read had they not been withdrawn.

    One vectorised pass per award and dataset; `facts_of` reads a document back.
    """
    frames = [_sealed(facts, policy, code, subjects, authors) for code, subjects in by_award(pairs)]
    schema = pl.Schema({**PAIRS, "inputs": pl.String(), "authors": pl.List(pl.String())})
    return pl.concat([pl.DataFrame(schema=schema), *frames]).sort("award", "subject")


def facts_of(*documents: str | bytes) -> Facts:
    """Return the facts that sealed documents hold, several of one revision together.

    Raises `FactsError` or `ValueError` for what is no sealed document.
    """
    datasets: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
    for document in documents:
        for name, rows in json.loads(document).items():
            key = CATALOGUE[name].key
            datasets.setdefault(name, {}).update((tuple(row[column] for column in key), row) for row in rows)
    return Facts.of({name: frame_of(name, list(by_key.values())) for name, by_key in datasets.items()})


def _sealed(facts: Facts, policy: Policy, code: str, subjects: pl.Series, authors: Authors) -> pl.DataFrame:
    sealed = subjects.alias("subject").to_frame()
    names, named = [], [pl.DataFrame(schema={"subject": pl.String, "author": pl.String})]
    award = policy.award(code)
    if authors.withdrawn:
        named += _named(rows_read(_with_withdrawn(facts, authors), award, subjects), authors.withdrawn, subjects)
    found = rows_read(facts, award, subjects)
    named += _named(found, authors.recorded, subjects)
    for dataset, rows in sorted(found.items()):
        written = _written(dataset, rows)
        common = written.filter(pl.col(READER).is_null())
        if common.height:
            sealed = sealed.with_columns(pl.lit(common.item(0, dataset)).alias(dataset))
        else:
            sealed = sealed.join(written, left_on="subject", right_on=READER, how="left", maintain_order="left")
        names.append(dataset)
    parts = [pl.format('"{}":[{}]', pl.lit(name), pl.col(name)) for name in names]
    whole = pl.lit("{") + pl.concat_str(parts, separator=",", ignore_nulls=True) + pl.lit("}")
    by_subject = pl.concat(named).group_by("subject").agg(authors=pl.col("author").unique().sort())
    return sealed.join(by_subject, on="subject", how="left", maintain_order="left").select(
        pl.lit(code).alias("award"), "subject", whole.alias("inputs"), pl.col("authors").fill_null([])
    )


def _with_withdrawn(facts: Facts, authors: Authors) -> Facts:
    """Return the facts as they would be with the rows that persons withdrew."""
    rows = {name: withdrawn.drop("author").unique() for name, withdrawn in authors.withdrawn.items()}
    return Facts({**facts, **{name: pl.concat([facts[name], more]) for name, more in rows.items()}})


def _named(
    read: Mapping[str, pl.DataFrame], authors: Mapping[str, pl.DataFrame], subjects: pl.Series
) -> Iterator[pl.DataFrame]:
    """Yield the authors of the rows that each subject reads; of a row that all read, for each of `subjects`."""
    for dataset in read.keys() & authors.keys():
        keys = authors[dataset].select(*CATALOGUE[dataset].key, "author")
        found = read[dataset].join(keys, on=CATALOGUE[dataset].key)
        found = found.select(pl.col(READER).alias("subject"), "author").unique()
        common = found.filter(pl.col("subject").is_null()).select("author")
        everyone = subjects.alias("subject").to_frame().join(common, how="cross")
        yield from (found.drop_nulls("subject"), everyone)


def _written(dataset: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return per subject its rows as JSON objects with sorted keys, in the order of the dataset's key."""
    schema = CATALOGUE[dataset].schema
    return (
        rows.sort(CATALOGUE[dataset].key)
        .select(READER, pl.struct(sorted(schema.names())).struct.json_encode().alias(dataset))
        .group_by(READER, maintain_order=True)
        .agg(pl.col(dataset).str.join(","))
    )
