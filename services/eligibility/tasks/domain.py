"""The kinds of tasks of eligibility."""

from __future__ import annotations

from services.eligibility.decisions.domain import CONFIRMATION
from services.eligibility.procedures.domain import REVIEW
from shared.authorization import Scope
from shared.i18n import N_
from shared.tasks import Kind

_GROUP = "/v1/decisions?{group}={subject}&waiting_for="
KINDS = (
    Kind(
        CONFIRMATION,
        N_("Record the confirmations that payees give on paper. Proposals of {origin}: {count}"),
        f"{_GROUP}confirmation",
        (Scope.CONFIRMATIONS_WRITE,),
        own=(N_("Say whether you want the award “{award}” of {award_year}."), "/v1/decisions/{subject}"),
    ),
    Kind(
        REVIEW,
        N_("Review for {reviewer}. Proposals of {origin}: {count}"),
        f"{_GROUP}{{detail}}",
        (Scope.REVIEWS_WRITE,),
    ),
    Kind(
        "notice",
        N_("Put into a public notice. Proposals of {origin}: {count}"),
        f"{_GROUP}notice&state=proposed",
        (Scope.NOTICES_WRITE,),
    ),
    Kind(
        "notice_end",
        N_("Close the public notice of {day}: its term is over."),
        "/v1/notices/{subject}",
        (Scope.NOTICES_WRITE,),
    ),
    Kind(
        "objection",
        N_("Decide the objection concerning the award “{award}” of {award_year}, {payee}."),
        "/v1/objections/{subject}",
        (Scope.OBJECTIONS_DECIDE,),
    ),
    Kind(
        "approval",
        N_("Approve or reject. Proposals of {origin}: {count}"),
        f"{_GROUP}approval",
        (Scope.DECISIONS_APPROVE,),
    ),
    Kind(
        "flagged_approval",
        N_("Approve with a reason, or reject, what is flagged. Proposals of {origin}: {count}"),
        f"{_GROUP}approval",
        (Scope.DECISIONS_APPROVE,),
    ),
    Kind(
        "suspended",
        N_("Resume or reject the suspended award “{award}” of {award_year}, {payee}."),
        "/v1/decisions/{subject}",
        (Scope.DECISIONS_SUSPEND, Scope.DECISIONS_APPROVE),
    ),
    Kind(
        "refusal",
        N_("Issue the refusal of the award “{award}” of {award_year}, {payee}."),
        "/v1/refusals/{subject}",
        (Scope.REFUSALS_ISSUE,),
    ),
    Kind(
        "interpretation",
        N_("Confirm the proposed change of interpretations: {reason}"),
        "/v1/policies/{policy}/interpretations",
        (Scope.READINGS_CONFIRM,),
        city_wide=True,
    ),
    Kind(
        "procedure",
        N_("Confirm the proposed procedure: {reason}"),
        "/v1/policies/{policy}/procedure",
        (Scope.READINGS_CONFIRM,),
        city_wide=True,
    ),
    Kind(
        "award_status",
        N_("Confirm the proposed change of status of the award “{award}”: {reason}"),
        "/v1/policies/{policy}/awards/{award_code}/status",
        (Scope.READINGS_CONFIRM,),
        city_wide=True,
    ),
)
