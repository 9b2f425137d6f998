"""Letters drawn up from sealed receipts: one, or hundreds in one pass; what each says is kept when it is first made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.decisions import receipts
from services.eligibility.decisions import repository as decisions
from services.eligibility.decisions.provenance import Lookup, with_provenance
from services.eligibility.decisions.redaction import redact
from services.eligibility.engine.explanation import Explanation
from services.eligibility.interpretations.repository import stored_interpretations
from services.eligibility.papers import contents
from services.eligibility.papers.changes import NOTHING_BEFORE, changes
from services.eligibility.papers.kinds import DECISION_LETTER
from services.eligibility.papers.tables import PAPERS
from services.eligibility.rules.domain import Interpretations, Policy
from services.eligibility.rules.library import load_policy
from shared.authorization import Actor
from shared.database.engine import Database
from shared.errors import Unavailable
from shared.papers.store import Draft, Papers

#: Decisions whose letters are drawn up in one pass.
CHUNK = 500
#: From so many letters on, where their facts come from is asked of the registry for all of them at once.
_TOGETHER = 20


def papers_of(policy: Policy, language: str) -> Papers:
    """Return the letters of the decisions of a policy in `zh-CN` or `en`."""
    return Papers(PAPERS, DECISION_LETTER, language, policy.offices.office)


def make_letters(
    database: Database, registry: RegistryFacts, rows: Sequence[Row[Any]], language: str, *, by: str
) -> None:
    """Make the letters of decisions of one policy, and first those of the versions before, that are not kept yet.

    Raises Unavailable while the registry does not say where the facts come from.
    """
    if not rows:
        return
    policy = load_policy(rows[0].policy)
    papers = papers_of(policy, language)
    with database.reading() as connection:
        kept = papers.kept(connection, [row.id for row in rows])
        rows = [row for row in rows if row.id not in kept]
        before = decisions.versions_before(connection, rows)
    make_letters(database, registry, list(before.values()), language, by=by)
    with database.reading() as connection:
        drafts = _drafts(connection, registry, rows, before, policy, papers)
    if drafts:
        with database.transaction() as connection:
            papers.keep(connection, drafts, by=by)


def as_seen_by_payee(explained: Mapping[str, Any], uscc: str) -> dict[str, Any]:
    """Return a document without rows that name other enterprises alone: a letter goes to its payee."""
    return redact(explained, Actor("", frozenset(), uscc=uscc), [uscc], ())


def sourced(explained: Mapping[str, Any], lookup: Lookup, revision: int) -> dict[str, Any]:
    """Return an explanation with where its facts come from; raises Unavailable while the registry does not answer."""
    found = with_provenance(dict(explained), lookup, revision)
    if found["provenance"] == "unavailable":
        raise Unavailable("The registry does not say where the facts come from. Try again later.")
    return found


def _drafts(
    connection: Connection,
    registry: RegistryFacts,
    rows: Sequence[Row[Any]],
    before: Mapping[UUID, Row[Any]],
    policy: Policy,
    papers: Papers,
) -> list[Draft]:
    language, office = papers.language, papers.office
    explained = receipts.explanations(connection, rows)
    lookup = _lookup(registry, rows, explained)
    numbers = papers.numbers(connection, [row.id for row in before.values()])
    found = []
    for row in rows:
        shown = explained.get(row.id)
        sentences = None
        if shown is not None:
            own = as_seen_by_payee(shown.as_dict(language), row.payee_uscc)
            sentences = sourced(own, lookup, row.facts_revision)
        earlier = before.get(row.id)
        differs = (
            _changes(connection, earlier, row, policy, language, numbers.get(earlier.id), lookup)
            if earlier is not None
            else NOTHING_BEFORE
        )
        content = contents.decision_letter(row, sentences, policy, office, language, changes=differs)
        found.append(Draft(row.id, content, _year(row)))
    return found


def _year(row: Row[Any]) -> int:
    approved = contents.approved_on(row)
    day: date = approved or row.decided_on
    return day.year


def _changes(
    connection: Connection,
    before: Row[Any],
    after: Row[Any],
    policy: Policy,
    language: str,
    number: str | None,
    lookup: Lookup,
) -> dict[str, Any]:
    stored = decisions.sealed_documents(connection, (before, after))
    stored |= decisions.documents_of(connection, {before.interpretations_hash, after.interpretations_hash})

    def inputs(row: Row[Any]) -> dict[str, Any]:
        return as_seen_by_payee({"rows": orjson.loads(stored[row.inputs_hash])}, after.payee_uscc)["rows"]  # type: ignore[no-any-return]

    def interpretations(row: Row[Any]) -> Interpretations:
        return stored_interpretations(policy, stored[row.interpretations_hash])

    return changes(
        before,
        after,
        (inputs(before), inputs(after)),
        (interpretations(before), interpretations(after)),
        policy,
        language,
        previous_number=number,
        lookup=lookup,
    )


def _lookup(registry: RegistryFacts, rows: Sequence[Row[Any]], explained: Mapping[UUID, Explanation]) -> Lookup:
    """Return what answers where rows come from: asked one by one for a few letters, at once for many."""
    if len(explained) < _TOGETHER:
        return registry.provenance
    wanted: dict[int, dict[str, set[tuple[Any, ...]]]] = {}
    for row in rows:
        if row.id in explained:
            for dataset, key in explained[row.id].rows_read():
                wanted.setdefault(row.facts_revision, {}).setdefault(dataset, set()).add(key)
    known = {
        (revision, dataset, key): found
        for revision, datasets in wanted.items()
        for (dataset, key), found in registry.provenances(revision, datasets).items()
    }
    asked = {
        (revision, dataset, key)
        for revision, names in wanted.items()
        for dataset, keys in names.items()
        for key in keys
    }

    def lookup(dataset: str, key: Mapping[str, Any], revision: int) -> dict[str, Any] | None:
        which = revision, dataset, tuple(key.values())
        return known.get(which) if which in asked else registry.provenance(dataset, key, revision)

    return lookup
