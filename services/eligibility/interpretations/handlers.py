"""Use cases of policies and their official interpretations, which two persons change together, with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, insert

from services.eligibility.interpretations.domain import with_changes
from services.eligibility.interpretations.repository import change_view, changes, official_interpretations
from services.eligibility.interpretations.tables import interpretation_changes
from services.eligibility.rules.domain import Interpretations, Policy
from shared import two_persons


def propose_change(
    connection: Connection, policy: Policy, interpretations: Mapping[str, str], reason: str, *, by: str
) -> dict[str, Any]:
    """Propose a change of the official interpretations; raises Invalid for a name or value that does not exist."""
    with_changes(Interpretations.official_defaults(policy), interpretations)
    row = connection.execute(
        insert(interpretation_changes)
        .values(policy=policy.code, interpretations=dict(interpretations), reason=reason, proposed_by=by)
        .returning(*interpretation_changes.c)
    ).one()
    return change_view(row)


def confirm_change(connection: Connection, policy: Policy, change_id: UUID, *, by: str) -> dict[str, Any]:
    """Make a proposed change official; raises NotFound, Conflict if it is official already, or SamePerson."""
    columns = interpretation_changes.c
    which = columns.id == change_id, columns.policy == policy.code
    return change_view(two_persons.confirm(connection, interpretation_changes, *which, by=by))


def interpretations_view(connection: Connection, policy: Policy, language: str) -> dict[str, Any]:
    """Return the official interpretations, each with its possible values, and every change ever proposed."""
    official = official_interpretations(connection, policy)
    return {
        "policy": policy.code,
        "hash": official.hash,
        "interpretations": dict(official),
        "readings": [
            {
                "name": name,
                "article": interpretation.article,
                "title": interpretation.words.within(language),
                "value": official[name],
                "default": interpretation.default,
                "reason": interpretation.reason.within(language),
                "against": interpretation.against.within(language),
                "values": [
                    {"value": value, "title": words.within(language)} for value, words in interpretation.values.items()
                ],
            }
            for name, interpretation in policy.interpretations.items()
        ],
        "changes": [change_view(row) for row in changes(connection, policy)],
    }


def coverage_view(policy: Policy, language: str) -> list[dict[str, Any]]:
    """Return the sentences of the document in its order, each with what claims it, and then the criteria."""
    sentences = [
        {
            "article": line.article,
            "paragraph": line.paragraph,
            "sentence": line.sentence,
            "criterion": None,
            "claimed_as": line.claimed_as,
            "title": line.source.cited.within(language),
            "text": line.source.text,
            "summary": line.words.within(language),
            "document": None,
            "awards": list(line.awards),
            "conditions": list(line.conditions),
        }
        for line in policy.coverage
    ]
    criteria = [
        {
            "article": None,
            "paragraph": None,
            "sentence": None,
            "criterion": criterion.code,
            "claimed_as": "criterion",
            "title": criterion.title.within(language),
            "text": criterion.reason.within(language),
            "summary": None,
            "document": criterion.document,
            "awards": [award.code for award in policy.awards if criterion.concerns(award.code)],
            "conditions": list(criterion.conditions),
        }
        for criterion in policy.criteria
    ]
    return sentences + criteria


def policy_view(policy: Policy, language: str) -> dict[str, Any]:
    """Return a policy with its parameters."""
    context = policy.context(Interpretations.official_defaults(policy), date.max)
    return {
        "code": policy.code,
        "title": policy.title.within(language),
        "hash": policy.hash,
        "valid_from": str(context.first_day),
        "valid_until": str(context.last_day),
        "award_years": list(policy.award_years),
        "parameters": orjson.loads(policy.document)["parameters"],
    }
