"""Recall versions that payout has and nobody here decided: the way back from a forged event that took effect.

Only the number is taken over, never the content. The next evaluation proposes what should be in force, even if unchanged. Its
approval, by another person, gets the next number, and payout's difference law undoes the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from services.eligibility.decisions import repository
from services.eligibility.decisions.after_restore import remember_versions
from shared.audit import log as audit
from shared.events.award_decided import AwardDecided


def recall(connection: Connection, held: Sequence[AwardDecided], *, by: str, reason: str) -> dict[str, Any]:
    """Recall those of the versions that payout has, `held`, that were not decided here; return how many, and how many were.

    A version lower than the one in force was overtaken, and is none of them.
    """
    in_force = repository.in_force(connection, [str(event.award_id) for event in held])
    forged = [each for event in held if (each := _forged(event, in_force.get(str(event.award_id)))) is not None]
    if forged:
        remember_versions(connection, forged)
        subjects = [event.award_id for event in forged]
        audit.record(connection, actor=by, act="recall_versions", subjects=subjects, reason=reason)
    return {"recalled": len(forged), "unchanged": len(held) - len(forged)}


def _forged(event: AwardDecided, decided: Any) -> AwardDecided | None:
    """Return `event`, under a number above the one in force, if it was not decided here."""
    if decided is None or event.version > decided.version:
        return event
    stated = (event.entitlement_fen, event.payee.uscc, event.jurisdiction)
    if event.version < decided.version or stated == (decided.entitlement_fen, decided.payee_uscc, decided.jurisdiction):
        return None
    return event.model_copy(update={"version": decided.version + 1})
