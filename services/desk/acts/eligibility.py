"""Acts on decisions, rounds, notices, objections, refusals and the law, by eligibility's operations."""

from __future__ import annotations

from collections.abc import Mapping

from services.desk.acts import law, papers
from services.desk.acts.domain import REASON, Act
from shared.i18n import N_

ACTS: Mapping[str, Act] = {
    "approve_decision": Act(N_("Approve"), (REASON,), N_("The money is reserved and ordered.")),
    "reject_decision": Act(N_("Reject"), (REASON,), is_grave=True),
    **law.ACTS,
    **papers.ACTS,
}
