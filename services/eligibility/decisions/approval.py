"""Approval: versions numbered without gaps, the version before superseded, the event in the outbox; one transaction.

Set-based: one decision and a hundred thousand take the same statements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, text

from services.eligibility.decisions import bulk_transitions
from services.eligibility.decisions.domain import Act
from shared.events import award_decided
from shared.messaging import topics
from shared.observability import tracing

_APPROVABLE = "d.id = ANY(:ids) AND d.state = 'proposed' AND d.proposed_by <> :by"

_ANY_IN_FORCE = "SELECT EXISTS (SELECT FROM picked WHERE version > 0)"

_SUPERSEDE = """
WITH ended AS (
    UPDATE decisions d SET state = 'superseded', revision = revision + 1, changed_at = now()
    FROM picked p WHERE d.award_id = p.award_id AND d.state = 'approved' RETURNING d.id)
INSERT INTO decision_acts (decision_id, act, state, actor) SELECT id, 'supersede', 'superseded', :by FROM ended
"""

_NUMBER = """
UPDATE awards a SET version = p.version + 1, first_decided_on = coalesce(a.first_decided_on, d.decided_on)
FROM picked p JOIN decisions d USING (id) WHERE a.award_id = p.award_id
"""

_APPROVE = """state = 'approved', approved_by = :by, approved_at = now(), version = p.version + 1"""

# The event's members are those of shared.events.award_decided.AwardDecided; a test holds the two together.
_PUBLISH = """
INSERT INTO outbox (topic, key, type, event_id, source, subject, occurred_at, data, trace_parent)
SELECT :topic, d.award_id::text, :type, d.id, :source, d.award_id::text, now(), json_build_object(
    'award_id', d.award_id, 'version', d.version, 'policy', d.policy, 'award', d.award, 'article', d.article,
    'subject', d.subject, 'award_year', d.award_year,
    'payee', json_build_object('uscc', d.payee_uscc, 'name', d.payee_name),
    'jurisdiction', d.jurisdiction, 'kind', d.kind, 'result', d.result, 'entitlement_fen', d.entitlement_fen,
    'instalments', d.instalments, 'decided_on', d.decided_on, 'first_decided_on', a.first_decided_on, 'reason', d.reason,
    'receipt', json_build_object('facts_revision', d.facts_revision, 'policy_hash', d.policy_hash,
        'interpretations_hash', d.interpretations_hash, 'engine_version', d.engine_version))::text,
    CAST(:trace_parent AS text)
FROM picked p JOIN decisions d USING (id) JOIN awards a ON a.award_id = d.award_id
ORDER BY d.award_id
"""


def approve(connection: Connection, ids: Sequence[UUID], *, by: str, reason: str | None) -> int:
    """Approve the decisions `ids` that are proposed, and not by `by`; returns how many.

    Whether they may be approved (flags, notice, jurisdiction) is for the caller to have checked.
    """
    values = {"ids": list(ids), "by": by}
    bulk_transitions.pick(connection, _APPROVABLE, values)
    if connection.execute(text(_ANY_IN_FORCE)).scalar_one():
        connection.execute(text(_SUPERSEDE), values)
    connection.execute(text(_NUMBER))
    approved = bulk_transitions.move(connection, _APPROVE, values)
    bulk_transitions.record(connection, Act.APPROVE, by=by, reason=reason)
    connection.execute(
        text(_PUBLISH),
        {
            "topic": topics.AWARD_DECISIONS,
            "type": award_decided.TYPE,
            "source": topics.ELIGIBILITY_SOURCE,
            "trace_parent": tracing.current_trace_parent(),
        },
    )
    return approved


class Among(StrEnum):
    """What a bulk approval takes its decisions from: the column that names it."""

    EVALUATION = "evaluation_id"
    NOTICE = "notice_id"


@dataclass(frozen=True, slots=True)
class Selection:
    """What a bulk approval may approve, what an attempt before did, what it leaves and why."""

    ids: list[UUID]
    done: int
    skipped: dict[str, int]


_CANDIDATES = """
SELECT id,
       CASE WHEN state IN ('approved', 'superseded') AND approved_by = :by
                 AND approved_at >= (SELECT coalesce(started_at, created_at) FROM jobs WHERE id = :job_id) THEN 'done'
            WHEN state = 'suspended' THEN 'suspended'
            WHEN state IN ('superseded', 'rejected', 'approved') THEN 'stale'
            WHEN proposed_by = :by THEN 'own'
            WHEN state = 'in_notice' OR (:notice_needed AND noticed_on IS NULL) THEN 'not_noticed'
            WHEN cardinality(flags) > 0 AND CAST(:reason AS text) IS NULL THEN 'flagged' END AS obstacle
FROM decisions
WHERE {among} = :group_id AND id <> ALL(:excepted)
  AND (CAST(:jurisdiction AS text) IS NULL OR jurisdiction = :jurisdiction)
ORDER BY id
"""

OBSTACLES = ("flagged", "not_noticed", "stale", "own", "suspended")


def select_for_approval(
    connection: Connection,
    among: Among,
    group_id: UUID,
    excepted: Collection[UUID],
    *,
    job_id: UUID | None = None,
    by: str,
    reason: str | None,
    jurisdiction: str | None,
    notice_needed: bool,
) -> Selection:
    """Return which decisions of an evaluation or a notice `by` may approve now, and why the others are skipped."""
    rows = connection.execute(
        text(_CANDIDATES.format(among=among.value)),
        {
            "group_id": group_id,
            "job_id": job_id,
            "excepted": list(excepted),
            "by": by,
            "reason": reason,
            "jurisdiction": jurisdiction,
            "notice_needed": notice_needed,
        },
    ).all()
    found = Counter(row.obstacle for row in rows)
    skipped = {obstacle: found[obstacle] for obstacle in OBSTACLES}
    return Selection([row.id for row in rows if row.obstacle is None], found["done"], skipped)
