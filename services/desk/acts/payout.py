"""Acts on money: arrangements, budgets, orders, batches and recoveries, by payout's operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.desk.acts import papers
from services.desk.acts.domain import QUERY, REASON, Act, Field
from services.desk.acts.recoveries import ACTS as RECOVERIES
from shared.i18n import N_
from shared.policies import AWARD_TITLES, COVERED, JURISDICTIONS, UNITS

UNIT = Field("unit", N_("Budget"), "choice", choices=UNITS)
DOCUMENT = Field("document", N_("Document number"))
_FILE = Field(
    "file",
    N_("File of the bank"),
    "file",
    help=N_(
        "CSV or Excel with the columns payment order, outcome, date and bank reference (reason, amount),"
        " or ISO 20022 (pain.002, camt.053, camt.054)"
    ),
)
_CLASSES = (
    Field(
        "indicator",
        N_("Budget indicator"),
        required=False,
        help=N_("The number in the budget system, if it is not the document's"),
    ),
    Field("project", N_("Budget project"), required=False),
    Field("function_code", N_("Functional class"), required=False),
    Field("economic_code", N_("Economic class"), required=False),
)


def _arrangement(body: dict[str, Any]) -> dict[str, Any]:
    """Return an arrangement's body: the form has a fraction for each unit, the body a list of shares."""
    for row in body.get("rows", ()):
        row["shares"] = [{"unit": unit, **share} for unit, share in row.get("shares", {}).items()]
    return body


_ARRANGEMENT = (
    Field("number", N_("Document number")),
    Field("effective_from", N_("In force from"), "day"),
    Field("effective_until", N_("No longer in force from"), "day", required=False, help=N_("Left empty: open")),
    Field(
        "shortage",
        N_("If a budget is short"),
        "choice",
        choices={
            "in_turn": N_("one instalment after the other"),
            "in_proportion": N_("all of the first day that is short in one proportion"),
        },
    ),
    Field("sample", N_("It is an invented example"), "yes", required=False),
    Field(
        "rows.*.jurisdiction",
        N_("Place"),
        "choice",
        required=False,
        choices={code: JURISDICTIONS[code] for code in COVERED},
    ),
    Field("rows.*.award", N_("Award"), "choice", required=False, choices={"*": N_("all others"), **AWARD_TITLES}),
    *(
        Field(f"rows.*.shares.{unit}", title, "fraction", required=False, help=N_("Such as 1/2 or 50%"))
        for unit, title in UNITS.items()
    ),
    Field("rows.*.remainder_to", N_("Takes the remainder"), "choice", required=False, choices=UNITS),
)

ACTS: Mapping[str, Act] = {
    "draft_arrangement": Act(N_("Draft an arrangement"), _ARRANGEMENT, then="/arrangements/{id}", shaped=_arrangement),
    "confirm_arrangement": Act(
        N_("Confirm the arrangement"),
        warning=N_(
            "It is in force from its day on and is never edited; awards that wait for it are split and ordered."
        ),
    ),
    "draft_appropriation": Act(
        N_("Draft an appropriation"),
        (
            UNIT,
            Field("year", N_("Budget year"), "whole"),
            Field("amount_fen", N_("Amount in yuan"), "yuan", help=N_("With a minus it takes money back.")),
            DOCUMENT,
            *_CLASSES,
        ),
    ),
    "confirm_appropriation": Act(
        N_("Confirm the appropriation"), warning=N_("Orders that wait for this money are issued by themselves.")
    ),
    "discard_appropriation": Act(N_("Discard the appropriation"), (REASON,), is_grave=True),
    "carry_over_budget": Act(
        N_("Carry over to the next year"),
        (
            Field("amount_fen", N_("Amount in yuan"), "yuan", required=False, help=N_("Left empty: all that is free")),
            DOCUMENT,
        ),
        N_("It counts once another person has confirmed it; then it is no longer free in this year."),
    ),
    "approve_payment_orders": Act(
        N_("Approve the payments in bulk"),
        (
            UNIT,
            Field("due_year", N_("Due year"), "whole", required=False),
            Field("except", "", "several", required=False),
        ),
        N_(
            "The account of each payee is fixed. Orders on hold, your own and those without an account are left as they are."
        ),
        job="order-approval",
    ),
    "approve_payment_order": Act(
        N_("Approve the payment"), warning=N_("It fixes the account that is shown; the next batch pays to it.")
    ),
    "reissue_payment_order": Act(
        N_("Issue it again"),
        warning=N_("A new order takes its place and must be approved again."),
        then="/payment-orders/{id}",
    ),
    "release_payment_order": Act(N_("Release for payment"), (REASON,), N_("The next batch may pay it.")),
    "hold_award": Act(N_("Hold the award"), (REASON,), is_grave=True),
    "release_award": Act(N_("Release the award"), (REASON,)),
    "hold_payee": Act(
        N_("Hold the payee"),
        (REASON,),
        N_("No order of this payee, of whatever award, is paid meanwhile."),
        is_grave=True,
    ),
    "release_payee": Act(N_("Release the payee"), (REASON,)),
    "release_instalment": Act(
        N_("Confirm that the project still operates"),
        (REASON, Field("document", N_("Document number"), required=False)),
        N_("The instalment no longer waits."),
    ),
    "build_payment_batch": Act(
        N_("Build a batch"),
        (
            UNIT,
            Field(
                "sample_percent",
                N_("Drawn for verification, in percent"),
                "whole",
                required=False,
                help=N_("Left empty: as the installation says"),
            ),
        ),
        N_("All approved orders of the budget go into it, but for those that checks hold and those that you approved."),
        then="/payment-batches/{id}",
        counts={
            "orders": N_("orders in the batch"),
            "held": N_("held by checks or drawn for verification"),
            "sent_back": N_("sent back because the account changed"),
            "unconfirmed": N_("left out because eligibility does not confirm the award"),
        },
    ),
    "record_payment_results": Act(
        N_("Upload the bank's answer"),
        (
            _FILE,
            Field(
                f"{QUERY}mode",
                N_("If some rows are wrong"),
                "choice",
                choices={
                    "all_or_nothing": N_("record nothing"),
                    "accept_valid": N_("record the good rows and leave out the wrong ones"),
                },
            ),
        ),
        N_("It has effect once another person confirms it."),
        method="record_payment_results_file",
        counts={
            "rows.accepted": N_("rows accepted"),
            "rows.unchanged": N_("rows known already"),
            "rows.rejected": N_("rows refused"),
        },
    ),
    "confirm_payment_results": Act(
        N_("Confirm the results"), warning=N_("What the bank paid is posted; what failed can be issued again.")
    ),
    "discard_payment_results": Act(N_("Discard the results"), (REASON,), is_grave=True),
    "propose_result_correction": Act(
        N_("Propose a correction"),
        (
            Field("order_id", "", "hidden"),
            Field(
                "outcome",
                N_("What is right"),
                "choice",
                choices={
                    "settled": N_("paid by the bank"),
                    "failed": N_("payment failed"),
                    "returned": N_("came back"),
                },
            ),
            Field("occurred_on", N_("Day of the bank"), "day"),
            Field("bank_reference", N_("Bank reference")),
            Field("bank_reason", N_("Reason of the bank"), required=False),
            REASON,
        ),
        N_("It has effect once another person confirms it."),
    ),
    "confirm_result_correction": Act(
        N_("Confirm the correction"), warning=N_("The order moves, and the ledger with it. Both results stay stored.")
    ),
    "discard_result_correction": Act(N_("Discard the correction"), (REASON,), is_grave=True),
    "open_restoration": Act(
        N_("Hold sending after a restore"),
        (REASON,),
        N_("No batch is built until another person ends it."),
        is_grave=True,
    ),
    "confirm_restoration": Act(N_("Confirm that the database was restored")),
    "end_restoration": Act(
        N_("Allow sending again"),
        (REASON,),
        N_("Every file that went to the bank since the restored point must be entered."),
    ),
    "reenter_payment_batch": Act(
        N_("Enter a sent file again"),
        (
            Field("file", N_("File that went to the bank"), "file", help=N_("As it was sent, with its seal")),
            Field(f"{QUERY}unit", N_("Budget"), "choice", choices=UNITS),
            Field(f"{QUERY}sent_on", N_("Sent on"), "day"),
        ),
        then="/payment-batches/reentries/{id}",
        counts={
            "entered": N_("orders that count as sent once it is confirmed"),
            "unchanged": N_("orders that were in a batch already"),
        },
    ),
    "confirm_reentry": Act(
        N_("Confirm the file"), warning=N_("Its orders count as sent; orders in their place are cancelled.")
    ),
    "discard_reentry": Act(N_("Discard the file"), (REASON,), is_grave=True),
    "ask_for_missing_decisions": Act(
        N_("Ask for missing decisions"),
        counts={
            "missing": N_("decisions missing"),
            "events": N_("events asked for"),
            "in_flight": N_("decisions of the last minute, still on their way"),
        },
    ),
    **RECOVERIES,
    **papers.ACTS,
}
