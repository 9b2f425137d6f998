"""The registry service: facts at one revision as typed frames, and what revisions changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any

import httpx
import orjson
import polars as pl
import pyarrow as pa

from services.eligibility.facts.catalogue import CATALOGUE, Authors, Facts, frame_of
from services.eligibility.facts.queries import CodeRange, Fetch, Reached, RowQuery, Rows, Step, values_of
from shared.catalogue.domain import Dataset
from shared.clock import calendar_date, isoformat
from shared.http_client import ServiceClient
from shared.media_types import ARROW, NDJSON
from shared.observability import metrics

VALUES_PER_REQUEST = 20_000
STARTING_VALUES = ("seed", "policy package")
"""Who the registry names as author and second person of its starting values: nobody."""


class RegistryFacts:
    """Reads facts from the registry over HTTP, as Arrow."""

    def __init__(self, http: httpx.Client, systems: Collection[str] = ()) -> None:
        """Use `http`, whose base URL is the registry's and whose token has `facts:read`; `systems` are clients, not persons."""
        self._registry = ServiceClient("registry", http)
        self._systems = sorted({*systems, *STARTING_VALUES})

    def latest_revision(self) -> int:
        """Return the number of the newest revision, 0 if there is none."""
        return int(self._registry.get("/v1/revisions/latest").json()["revision"])

    def has_enterprise(self, uscc: str) -> bool:
        """Return whether the registry has an enterprise now."""
        return bool(self._registry.get("/v1/enterprises", {"uscc": uscc, "limit": 1}).json()["items"])

    def confirm_account(self, uscc: str, *, by: str, at: datetime) -> str:
        """Tell that `by` has confirmed the account of a payee; return what became of its drafts. It may be told again."""
        body = {"uscc": uscc, "confirmed_by": by, "confirmed_at": isoformat(at)}
        return str(self._registry.post("/v1/drafts/payee-confirmations", body).json()["outcome"])

    def at(self, revision: int, datasets: Collection[str] = tuple(CATALOGUE)) -> Facts:
        """Return all facts known at `revision`; only `datasets` if given, the others empty."""
        return Facts.of({dataset: self._frame(revision, dataset) for dataset in datasets})

    def lazy(self, revision: int) -> Facts:
        """Return all facts known at `revision`, each dataset read on first use and then kept."""
        return _LazyFacts(self, revision)

    def dataset(self, revision: int, dataset: str) -> pl.DataFrame:
        """Return one dataset as known at `revision`, whole."""
        return Facts.of({dataset: self._frame(revision, dataset)})[dataset]

    def matching(self, revision: int, requested: Mapping[RowQuery, Collection[str]]) -> dict[RowQuery, pl.DataFrame]:
        """Return for each of `requested` the rows known at `revision` that have one of the values in its column, or all."""
        found: dict[RowQuery, list[pl.DataFrame]] = {query: [] for query in requested}
        for part in _parts(requested):
            queries = [_asked(*each) for each in part]
            answer = self._registry.query(f"/v1/snapshots/{revision}/queries", {"queries": queries}, accept=ARROW)
            source = pa.BufferReader(answer.content)
            for query in (query for group, _, _ in part for query in group):
                found[query].append(_read(query.dataset, source))
        return {query: Facts.of({query.dataset: pl.concat(rows)})[query.dataset] for query, rows in found.items()}

    def code_ranges(self, revision: int, enterprises: int) -> list[CodeRange]:
        """Return all codes in ranges, each with so many of the enterprises known at `revision`."""
        answer = self._registry.get(f"/v1/snapshots/{revision}/code-ranges", {"enterprises": enterprises})
        return [CodeRange(each["first"], each["until"]) for each in answer.json()["items"]]

    def rows(self, revision: int) -> Rows:
        """Return where rows known at `revision` are read from, some at a time."""
        return _RowsAt(self, revision)

    def between(self, revision: int, queries: Sequence[RowQuery], codes: CodeRange) -> list[pl.DataFrame]:
        """Return for each query the rows known at `revision` whose column holds one of the codes."""
        fields = [f"{query.dataset}.{query.column}" for query in queries]
        asked = {"queries": [{"fields": fields, "codes": asdict(codes)}]}
        answer = self._registry.query(f"/v1/snapshots/{revision}/queries", asked, accept=ARROW)
        source = pa.BufferReader(answer.content)
        found = [_read(query.dataset, source) for query in queries]
        return [Facts.of({query.dataset: rows})[query.dataset] for query, rows in zip(queries, found, strict=True)]

    def rows_changed(self, after: int, until: int, *, at_most: int) -> int | None:
        """Count the rows of facts that revisions above `after`, up to `until`, changed; None for more than `at_most`."""
        found = 0
        for made in self._revisions_down_to(after):
            if made["revision"] <= until:
                found += sum(sum(made["rows"].get(dataset, {}).values()) for dataset in CATALOGUE)
            if found > at_most:
                return None
        return found

    def _revisions_down_to(self, after: int) -> Iterator[Mapping[str, Any]]:
        for made in chain.from_iterable(self._registry.pages("/v1/revisions")):
            if made["revision"] <= after:
                return
            yield made

    def changes(self, after: int, until: int) -> pl.DataFrame:
        """Return `dataset, revision, enterprises, before` of each fact that changed.

        `enterprises`: all that the row names before or after the change. `before`: the row before, a JSON object; null if none.
        """
        query = {"after": after, "until": until, "dataset": list(CATALOGUE)}
        answer = self._registry.get("/v1/changes", query, accept=ARROW)
        with pa.ipc.open_stream(answer.content) as stream:
            frame = pl.from_arrow(stream.read_all())
        assert isinstance(frame, pl.DataFrame)
        metrics.EVALUATION_ROWS.labels(rows="facts").inc(frame.height)
        return frame.select("dataset", "revision", "enterprises", "before")

    def provenance(self, dataset: str, key: Mapping[str, Any], revision: int) -> dict[str, Any] | None:
        """Return `source, recorded_on, revision` of the row with this key as known at `revision`; None if it shows none."""
        for version in self._registry.get(f"/v1/datasets/{dataset}/history", key).json()["items"]:
            ended = version["replaced_in"]
            if version["revision"] <= revision and (ended is None or ended > revision):
                recorded_on = calendar_date(datetime.fromisoformat(version["recorded_at"])).isoformat()
                return {"source": version["source"], "recorded_on": recorded_on, "revision": version["revision"]}
        return None

    def provenances(
        self, revision: int, wanted: Mapping[str, Collection[tuple[Any, ...]]]
    ) -> dict[tuple[str, tuple[Any, ...]], dict[str, Any]]:
        """Return what `provenance` says of many rows, by dataset and key: a request for each dataset, not for each row."""
        set_in: dict[tuple[str, tuple[Any, ...]], int] = {}
        for dataset, keys in wanted.items():
            column = next(name for name in CATALOGUE[dataset].key if name in CATALOGUE[dataset].matchable)
            place = CATALOGUE[dataset].key.index(column)
            values = sorted({str(key[place]) for key in keys})
            for start in range(0, len(values), VALUES_PER_REQUEST):
                body = {"field": column, "values": values[start : start + VALUES_PER_REQUEST]}
                answer = self._registry.query(f"/v1/snapshots/{revision}/{dataset}/queries", body, accept=ARROW)
                rows = _read(dataset, answer.content, "revision").select(*CATALOGUE[dataset].key, "revision")
                set_in |= {(dataset, tuple(map(_plain, key))): set_by for *key, set_by in rows.iter_rows()}
        found = {
            which: set_in[which]
            for which in ((name, key) for name, keys in wanted.items() for key in keys)
            if which in set_in
        }
        made = self._made_in(set(found.values()))
        return {which: made[set_by] for which, set_by in found.items()}

    def _made_in(self, revisions: Collection[int]) -> dict[int, dict[str, Any]]:
        """Return `source, recorded_on, revision` of revisions."""
        found = {}
        for made in self._revisions_down_to(min(revisions, default=1) - 1) if revisions else ():
            if made["revision"] in revisions:
                recorded_on = calendar_date(datetime.fromisoformat(made["recorded_at"])).isoformat()
                found[made["revision"]] = {
                    "source": made["source"],
                    "recorded_on": recorded_on,
                    "revision": made["revision"],
                }
        return found

    def authors(self, revision: int) -> Authors:
        """Return the persons behind the facts known at `revision`.

        Asks for the change sets of persons, once per dataset for the rows that these have set, and once for each that withdrew
        rows: not for others.
        """
        made = [
            (dataset, each["revision"], person, rows["withdrawn"] > 0)
            for each in chain.from_iterable(self._registry.pages("/v1/revisions", {"other_than": self._systems}))
            for person in {each["actor"], each["confirmed_by"]}.difference(self._systems, [None])
            for dataset, rows in each["rows"].items()
            if dataset in CATALOGUE and each["revision"] <= revision
        ]
        schema = {"dataset": pl.String, "revision": pl.Int64, "author": pl.String, "withdrew": pl.Boolean}
        recorded: dict[str, pl.DataFrame] = {}
        withdrawn: dict[str, pl.DataFrame] = {}
        for (name,), own in (
            pl.DataFrame(made, schema=schema, orient="row").partition_by("dataset", as_dict=True).items()
        ):
            persons = own.select("revision", "author")
            recorded[str(name)] = self._authored(revision, str(name), persons)
            if own["withdrew"].any():
                withdrawn[str(name)] = self._withdrawn(str(name), persons.filter(own["withdrew"]))
        return Authors(recorded, withdrawn)

    def _withdrawn(self, dataset: str, persons: pl.DataFrame) -> pl.DataFrame:
        """Return the rows that these revisions withdrew, each with its `author`."""
        found = [pl.DataFrame(schema={**CATALOGUE[dataset].schema, "author": pl.String})]
        for revision, author in persons.iter_rows():
            query = {"after": revision - 1, "until": revision, "dataset": dataset}
            lines = self._registry.get("/v1/changes", query, accept=NDJSON).content.splitlines()
            rows = [change["before"] for change in map(orjson.loads, lines) if change["after"] is None]
            found.append(frame_of(dataset, rows).with_columns(author=pl.lit(author)))
        return pl.concat(found)

    def _authored(self, revision: int, dataset: str, persons: pl.DataFrame) -> pl.DataFrame:
        revisions, path = persons["revision"].unique().to_list(), f"/v1/snapshots/{revision}/{dataset}/queries"
        rows = []
        for start in range(0, len(revisions), VALUES_PER_REQUEST):
            query = {"revisions": revisions[start : start + VALUES_PER_REQUEST]}
            answer = self._registry.query(path, query, accept=ARROW)
            rows.append(_read(dataset, answer.content, "revision"))
        return pl.concat(rows).join(persons, on="revision").select(*CATALOGUE[dataset].key, "author").unique()

    def fetching(self, revision: int) -> Fetch:
        """Return a function that fetches rows known at `revision` on demand, the same rows once."""
        read: dict[tuple[RowQuery, frozenset[str]], pl.DataFrame] = {}

        def fetch(requested: Mapping[RowQuery, Collection[str]]) -> dict[RowQuery, pl.DataFrame]:
            needed = {query: frozenset(values) for query, values in requested.items()}
            new = {query: sorted(values) for query, values in needed.items() if (query, values) not in read}
            for query, rows in self.matching(revision, new).items():
                read[query, needed[query]] = rows
            return {query: read[query, values] for query, values in needed.items()}

        return fetch

    def reached_from(self, steps: Sequence[Step], values: Collection[str]) -> tuple[int, Reached]:
        """Return the newest revision, and the rows that lead from `values` along `steps` as known at it, in one request.

        Nothing is reached if there are more rows than one answer holds.
        """
        queries = [_step_asked(step) for step in steps]
        body = {"values": sorted(values), "queries": queries}
        answer = json.loads(
            self._registry.query("/v1/snapshots/latest/related-rows", body).content, parse_float=Decimal
        )
        found: dict[str, list[dict[str, Any]]] = {}
        reached: dict[RowQuery, set[str]] = {}
        for step, rows in zip(steps, answer["rows"], strict=False):  # none, if there are too many
            reached.setdefault(step.query, set()).update(values_of(step, values, found))
            found.setdefault(step.query.dataset, []).extend(rows)
        frames = {name: _unique(CATALOGUE[name], rows) for name, rows in found.items() if rows}
        return int(answer["revision"]), Reached(Facts.of(frames), reached)

    def _frame(self, revision: int, dataset: str) -> pl.DataFrame:
        return _read(dataset, self._registry.get(f"/v1/snapshots/{revision}/{dataset}", accept=ARROW).content)


class _LazyFacts(Facts):
    """Facts at a revision whose datasets are read on first use."""

    def __init__(self, registry: RegistryFacts, revision: int) -> None:
        super().__init__({})
        self._registry = registry
        self._revision = revision
        self._read: set[str] = set()

    def __getitem__(self, dataset: str) -> pl.DataFrame:
        if dataset not in self._read:
            self._frames[dataset] = self._registry.dataset(self._revision, dataset)
            self._read.add(dataset)
        return self._frames[dataset]


class _RowsAt(Rows):
    """Rows known at a revision."""

    def __init__(self, registry: RegistryFacts, revision: int) -> None:
        self._registry = registry
        self._revision = revision

    def whole(self, dataset: str) -> pl.DataFrame:
        return self._registry.dataset(self._revision, dataset)

    def between(self, queries: Sequence[RowQuery], codes: CodeRange) -> Sequence[pl.DataFrame]:
        return self._registry.between(self._revision, queries, codes)

    def matching(self, query: RowQuery, values: Collection[str]) -> pl.DataFrame:
        return self._registry.matching(self._revision, {query: values})[query].sort(CATALOGUE[query.dataset].key)


def _read(dataset: str, source: Any, *numbers: str) -> pl.DataFrame:
    """Read the next Arrow stream in `source`, with more columns of whole numbers if they are named."""
    schema = pl.Schema({**CATALOGUE[dataset].schema, **dict.fromkeys(numbers, pl.Int64())})
    with pa.ipc.open_stream(source) as stream:
        table = stream.read_all()
    if not table.num_rows:
        return pl.DataFrame(schema=schema)
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame.select(schema.names()).cast(dict(schema))  # type: ignore[arg-type]


def _unique(dataset: Dataset, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Return rows as a frame in the order of their key, each once."""
    by_key = {tuple(row[name] for name in dataset.key): row for row in rows}
    frame = frame_of(dataset.name, list(by_key.values()))
    return frame.sort(dataset.key) if frame.height > 1 else frame


def _step_asked(step: Step) -> dict[str, Any]:
    query = step.query
    field = f"{query.dataset}.{query.column}" if query.column else query.dataset
    return {"field": field, "given": step.given, "of": step.of, "before_colon": query.before_colon}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


_Part = list[tuple[list[RowQuery], list[str], bool]]


def _asked(group: Sequence[RowQuery], values: Sequence[str], before_colon: bool) -> dict[str, Any]:
    """Return a query of the registry for rows with some values, or for whole datasets."""
    if not group[0].column:
        return {"fields": [query.dataset for query in group]}
    fields = [f"{query.dataset}.{query.column}" for query in group]
    return {"fields": fields, "values": values, "before_colon": before_colon}


def _parts(requested: Mapping[RowQuery, Collection[str]]) -> Iterator[_Part]:
    """Group what is looked up by the same values, as much as one request may hold."""
    together: dict[tuple[tuple[str, ...], bool, bool], list[RowQuery]] = {}
    for query, values in requested.items():
        together.setdefault((tuple(values), query.before_colon, bool(query.column)), []).append(query)
    part: _Part = []
    for (values, before_colon, _), group in together.items():
        for start in range(0, len(values), VALUES_PER_REQUEST):
            chunk = list(values[start : start + VALUES_PER_REQUEST])
            if part and len(chunk) + sum(len(each) for _, each, _ in part) > VALUES_PER_REQUEST:
                yield part
                part = []
            part.append((group, chunk, before_colon))
    if part:
        yield part
