"""Acts on one case: a decision from confirmation to approval, a refusal, an evaluation."""

from __future__ import annotations

from collections.abc import Mapping

from services.desk.acts.domain import REASON, Act, Field
from shared.i18n import N_
from shared.policies import AWARD_TITLES, POLICIES

POLICY = Field("policy", N_("Policy"), "choice", choices={policy.code: policy.code for policy in POLICIES.values()})
AWARD = Field("award", N_("Award"), "choice", choices=dict(AWARD_TITLES))
DOCUMENT = Field("document", N_("Paper that it came with"), required=False, help=N_("Number or name"))

ACTS: Mapping[str, Act] = {
    "confirm_decision": Act(
        N_("Answer for the payee"),
        (
            Field(
                "accept",
                N_("Does the enterprise want this award?"),
                "flag",
                choices={"yes": N_("Yes, it accepts the award"), "no": N_("No, it declines the award")},
            ),
            Field(
                "account_confirmed",
                N_("The account on record is the enterprise's own"),
                "yes",
                required=False,
            ),
            Field(
                "commitment",
                N_("What was reported is true; what was paid without entitlement is paid back"),
                "yes",
                required=False,
                help=N_("Whoever accepts has to commit itself to this."),
            ),
            Field(
                "document",
                N_("Paper by which the enterprise answered"),
                required=False,
                help=N_("An officer has to name it; an enterprise that answers here itself leaves it empty."),
            ),
        ),
        N_("A declined award is not proposed again until its outcome differs."),
    ),
    "review_decision": Act(
        N_("Record the review"),
        (
            Field("reviewer", N_("Reviewer"), "hidden"),
            Field(
                "outcome",
                N_("Outcome"),
                "choice",
                choices={"passed": N_("Passed"), "objected": N_("Objected to: the decision is suspended")},
            ),
            Field("reason", N_("Reason"), "long", required=False, help=N_("An objection needs one.")),
        ),
    ),
    "approve_decision": Act(
        N_("Approve"),
        (Field("reason", N_("Reason"), "long", required=False, help=N_("A decision with flags needs one.")),),
        N_("The decision takes effect: its amount is ordered from the budgets."),
    ),
    "reject_decision": Act(
        N_("Reject"), (REASON,), N_("It is not proposed again until its outcome differs."), is_grave=True
    ),
    "suspend_decision": Act(N_("Suspend"), (REASON,)),
    "resume_decision": Act(N_("Resume"), (REASON,)),
    "draw_up_refusal": Act(
        N_("Draw up a refusal"),
        (
            POLICY,
            AWARD,
            Field(
                "subject",
                N_("Subject"),
                help=N_("The enterprise's code, or the key of the park, loan or site that the award is about"),
            ),
            Field("award_year", N_("Award year"), "whole"),
        ),
        N_("It is computed on the newest facts and sealed; another person issues it."),
        then="/refusals/{id}",
        own_title=N_("Ask for a refusal in writing"),
    ),
    "state_on_refusal": Act(
        N_("Make a statement"),
        (Field("statement", N_("What the enterprise states"), "long"), DOCUMENT),
    ),
    "issue_refusal": Act(
        N_("Issue the refusal"), warning=N_("The letter gets its number and is served on the enterprise.")
    ),
    "start_evaluation": Act(
        N_("Start an evaluation"),
        (
            POLICY,
            Field("award_years", N_("Award years"), "years", help=N_("Such as 2023 2024")),
            Field("decided_on", N_("Decision day"), "day", help=N_("Today or before")),
            Field(
                "scope",
                N_("Enterprises"),
                "lines",
                required=False,
                help=N_("Codes, one in each line; left empty, all enterprises"),
            ),
            Field(
                "round_id", N_("Number of the round"), required=False, help=N_("Its proposals belong to this round.")
            ),
        ),
        N_("It proposes only what differs from the decisions in force; another person approves."),
        job="evaluation",
    ),
}
