"""Acts on recoveries: what claims money back, and what becomes of the claim, by payout's operations."""

from __future__ import annotations

from collections.abc import Mapping

from services.desk.acts.domain import REASON, Act, Field
from shared.i18n import N_

_AMOUNT = Field("amount_fen", N_("Amount in yuan"), "yuan")
_DOCUMENT = Field("document", N_("Document number"), required=False)

ACTS: Mapping[str, Act] = {
    "draw_up_recovery_act": Act(
        N_("Draw up the act of recovery"),
        (
            Field(
                "cause",
                N_("Why the award was lowered"),
                "choice",
                choices={
                    "correction": N_("facts were corrected, nobody is at fault"),
                    "misstatement": N_("the payee misstated facts"),
                    "fraud": N_("the payee deceived"),
                },
            ),
            REASON,
            _DOCUMENT,
            Field("term_working_days", N_("Term in working days"), "whole", required=False, help=N_("Left empty: 15")),
        ),
        N_("It has effect once another person issues it."),
    ),
    "issue_recovery_act": Act(
        N_("Issue the act"), warning=N_("The term and the limitation begin today, and its letter is final.")
    ),
    "discard_recovery_act": Act(N_("Discard the act of recovery"), (REASON,), is_grave=True),
    "state_on_recovery": Act(
        N_("Record a statement of the payee"),
        (Field("statement", N_("Statement"), "long"), _DOCUMENT),
        own_title=N_("Make a statement"),
    ),
    "draft_repayment_plan": Act(
        N_("Propose repayment in instalments"),
        (
            REASON,
            Field("parts.*.due_on", N_("Repay by"), "day", required=False),
            Field("parts.*.amount_fen", N_("Amount in yuan"), "yuan", required=False),
        ),
        N_("The parts must add up to what is outstanding. It has effect once another person confirms it."),
    ),
    "confirm_repayment_plan": Act(N_("Confirm the plan"), warning=N_("It holds in place of the one before.")),
    "discard_repayment_plan": Act(N_("Discard the plan"), (REASON,), is_grave=True),
    "draft_repayment": Act(
        N_("Enter a repayment"),
        (_AMOUNT, Field("received_on", N_("Received on"), "day"), Field("bank_reference", N_("Bank reference"))),
        N_("It has effect once another person confirms it."),
    ),
    "confirm_repayment": Act(N_("Confirm the repayment"), warning=N_("It is posted and is no longer outstanding.")),
    "discard_repayment": Act(N_("Discard the repayment"), (REASON,), is_grave=True),
    "write_off_recovery": Act(
        N_("Write off"),
        (
            Field(
                "amount_fen",
                N_("Amount in yuan"),
                "yuan",
                required=False,
                help=N_("Left empty: all that is outstanding or proposed"),
            ),
            REASON,
        ),
        N_("The first person proposes it, another one confirms it."),
        is_grave=True,
    ),
    "net_recovery": Act(
        N_("Net against an order"),
        (Field("order_id", N_("Number of an issued order of the same payee and budget")),),
        N_("As much of the order counts as paid; the rest is ordered anew."),
    ),
}
