"""Acts on rounds, notices and objections, and on the law: interpretations, procedures, the status of awards, simulations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.desk.acts.domain import REASON, Act, Field
from services.desk.acts.papers import PAPER_LANGUAGES
from shared.i18n import N_
from shared.policies import AWARD_TITLES

_POLICY = Field("policy", N_("Policy"), "hidden")
_YEARS = Field(
    "award_years", N_("Award years"), "years", help=N_("Several with spaces between them, such as 2023 2024")
)
_ROUND = Field("round_id", N_("Round"), "hidden", required=False)
_EVALUATION = Field("evaluation_id", N_("Evaluation"), "hidden", required=False)
_DECIDED_ON = Field("decided_on", N_("Decision day"), "day")
_LEFT_OUT = Field("except", N_("Left out"), "several", required=False)
_COMES_LATER = N_("It has effect once another person confirms it.")


def _procedure(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a procedure; a form has a row for each reviewer, whether it reviews or not."""
    body["reviews"] = [review for review in body.get("reviews", ()) if "reviewer" in review]
    return body


ACTS: Mapping[str, Act] = {
    "open_round": Act(
        N_("Open a round"),
        (
            _POLICY,
            Field("title", N_("Title")),
            _YEARS,
            Field("opens_on", N_("First day"), "day"),
            Field("closes_on", N_("Closes on"), "day"),
            Field(
                "awards",
                N_("Only these awards; all if none is ticked"),
                "several",
                required=False,
                choices=AWARD_TITLES,
            ),
        ),
        then="/rounds/{id}",
    ),
    "start_review": Act(
        N_("Pass what waits for you"),
        (_ROUND, _EVALUATION, Field("reviewer", N_("Review for"), "hidden"), _LEFT_OUT),
        N_("All that waits for this review is passed, but for what is ticked."),
        job="review",
    ),
    "open_notice": Act(
        N_("Open a public notice"),
        (
            _ROUND,
            _EVALUATION,
            Field("decision_ids", N_("Decisions"), "several", required=False),
            Field("document_number", N_("Document number"), required=False),
        ),
        N_("Names and amounts become public."),
        then="/notices/{id}",
    ),
    "close_notice": Act(
        N_("Close the notice"), warning=N_("Whatever is not objected to may be approved from then on.")
    ),
    "start_approval": Act(
        N_("Approve together"),
        (
            _ROUND,
            _EVALUATION,
            Field("notice_id", N_("Notice"), "hidden", required=False),
            Field("awards", N_("Awards"), "several", required=False),
            Field("jurisdictions", N_("Jurisdictions"), "several", required=False),
            _LEFT_OUT,
            Field(
                "up_to_fen",
                N_("Only amounts up to (yuan)"),
                "yuan",
                required=False,
                help=N_("Larger ones are left for a decision of their own"),
            ),
            Field(
                "reason", N_("Reason"), "long", required=False, help=N_("Without a reason, flagged ones are left out")
            ),
        ),
        N_("What is approved is paid, and decisions are final."),
        job="approval",
    ),
    "start_letter_batch": Act(
        N_("Make the letters"),
        (Field("language", N_("Language"), "choice", choices=PAPER_LANGUAGES, preset="zh-CN"),),
        job="letters",
    ),
    "record_objection": Act(
        N_("Record an objection"),
        (
            Field("decision_id", N_("Decision"), "hidden", required=False),
            Field("uscc", N_("Unified social credit code"), required=False, without="decision_id"),
            Field("award", N_("Award"), "choice", required=False, choices=AWARD_TITLES, without="decision_id"),
            Field(
                "subject",
                N_("Case (subject)"),
                required=False,
                help=N_("The code of the enterprise, or the key of the row that the award is about"),
                without="decision_id",
            ),
            Field("award_year", N_("Award year"), "whole", required=False, without="decision_id"),
            Field("objector", N_("Who objects, and how to reach them"), required=False),
            REASON,
        ),
        then="/objections/{id}",
        own_title=N_("Object"),
    ),
    "decide_objection": Act(
        N_("Decide the objection"),
        (
            Field(
                "outcome",
                N_("Outcome"),
                "choice",
                choices={
                    "rejected": N_(
                        "The objection is dismissed: the decision goes on; for an omission, a refusal is drawn up"
                    ),
                    "upheld": N_("The objection is upheld: the fact or the interpretation is corrected"),
                },
            ),
            REASON,
        ),
    ),
    "propose_interpretation_change": Act(
        N_("Propose other interpretations"),
        (Field("interpretations.+", N_("Interpretation"), "choice", required=False), REASON),
        _COMES_LATER,
    ),
    "confirm_interpretation_change": Act(
        N_("Confirm the interpretations"), warning=N_("All evaluations from now on use it.")
    ),
    "propose_procedure": Act(
        N_("Propose a procedure"),
        (
            Field("confirmation.required", N_("Payees confirm that they want an award"), "yes", required=False),
            Field("confirmation.working_days", N_("Working days for it"), "whole", required=False),
            Field(
                "confirmation.silence",
                N_("If they do not answer"),
                "choice",
                required=False,
                choices={"waits": N_("the proposal waits"), "declines": N_("the award counts as declined")},
            ),
            Field("reviews.*.reviewer", N_("Reviewer"), "hidden", required=False),
            Field("reviews.*.awards", N_("Awards"), "several", required=False),
            Field("notice_working_days", N_("Working days of a public notice"), "whole", required=False),
            Field(
                "later_instalments",
                N_("Later instalments"),
                "choice",
                required=False,
                choices={
                    "automatic": N_("are paid without more"),
                    "confirmed": N_("wait until an officer confirms that the project operates"),
                },
            ),
            Field("terms.+", N_("Working days"), "whole", required=False),
            REASON,
        ),
        _COMES_LATER,
        shaped=_procedure,
    ),
    "confirm_procedure": Act(N_("Confirm the procedure"), warning=N_("All proposals from now on follow it.")),
    "propose_award_status_change": Act(
        N_("Propose to suspend, end or resume the award"),
        (
            Field(
                "status",
                N_("Status"),
                "choice",
                choices={"suspended": N_("suspend"), "ended": N_("end"), "in_force": N_("resume")},
            ),
            Field("effective_on", N_("First decision day"), "day"),
            Field(
                "last_award_year",
                N_("Last award year that is still proposed"),
                "whole",
                required=False,
                help=N_("A transition, if the act grants one"),
            ),
            Field("document", N_("Number and title of the document")),
            REASON,
        ),
        _COMES_LATER,
    ),
    "confirm_award_status_change": Act(
        N_("Confirm that the award is suspended, ended or resumed"),
        warning=N_("No new award is proposed from its day on."),
        is_grave=True,
    ),
    "start_simulation": Act(
        N_("Simulate it"),
        (
            _POLICY,
            _YEARS,
            _DECIDED_ON,
            Field("interpretations.+", N_("Interpretation"), "choice", required=False),
            Field("parameters.+", N_("Number"), "figures", required=False),
            Field("facts", N_("Facts"), "rows", required=False),
        ),
        job="simulation",
    ),
}
