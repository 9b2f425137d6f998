"""Callers and what they may do: scopes, and the checks of a caller's jurisdiction."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.errors import Forbidden


class Scope(StrEnum):
    """What a token may allow; DESCRIPTIONS has the meaning of each."""

    FACTS_READ = "facts:read"
    FACTS_WRITE = "facts:write"
    CHALLENGES_WRITE = "challenges:write"
    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_CONFIRM = "accounts:confirm"
    ACCOUNTS_CONFIRM_FOR_PAYEE = "accounts:confirm-for-payee"
    REFERENCE_CONFIRM = "reference:confirm"
    EVALUATIONS_READ = "evaluations:read"
    EVALUATIONS_WRITE = "evaluations:write"
    SIMULATIONS_WRITE = "simulations:write"
    DECISIONS_READ = "decisions:read"
    DECISIONS_APPROVE = "decisions:approve"
    DECISIONS_SUSPEND = "decisions:suspend"
    DECISIONS_REPLAY = "decisions:replay"
    READINGS_PROPOSE = "readings:propose"
    READINGS_CONFIRM = "readings:confirm"
    NOTICES_READ = "notices:read"
    NOTICES_WRITE = "notices:write"
    CONFIRMATIONS_WRITE = "confirmations:write"
    REVIEWS_WRITE = "reviews:write"
    REFUSALS_WRITE = "refusals:write"
    REFUSALS_ISSUE = "refusals:issue"
    OBJECTIONS_READ = "objections:read"
    OBJECTIONS_WRITE = "objections:write"
    OBJECTIONS_DECIDE = "objections:decide"
    MONEY_READ = "money:read"
    ARRANGEMENTS_WRITE = "arrangements:write"
    ARRANGEMENTS_CONFIRM = "arrangements:confirm"
    APPROPRIATIONS_WRITE = "appropriations:write"
    APPROPRIATIONS_CONFIRM = "appropriations:confirm"
    ORDERS_APPROVE = "orders:approve"
    BATCHES_WRITE = "batches:write"
    RESULTS_BANK = "results:bank"
    HOLDS_WRITE = "holds:write"
    HOLDS_RELEASE = "holds:release"
    RECOVERIES_WRITE = "recoveries:write"
    RECOVERIES_APPROVE = "recoveries:approve"
    AUDIT_READ = "audit:read"
    METRICS_READ = "metrics:read"
    DEAD_LETTERS_WRITE = "dead-letters:write"
    EVENTS_REPUBLISH = "events:republish"
    OWN_READ = "own:read"
    OWN_WRITE = "own:write"


DESCRIPTIONS: dict[Scope, str] = {
    Scope.FACTS_READ: "Read the registry's records, changes and snapshots, with account numbers masked",
    Scope.FACTS_WRITE: "Write, import and withdraw records",
    Scope.CHALLENGES_WRITE: "Challenge facts",
    Scope.ACCOUNTS_READ: "Read payees' full account numbers",
    Scope.ACCOUNTS_CONFIRM: "Confirm and discard drafts of payees' accounts",
    Scope.ACCOUNTS_CONFIRM_FOR_PAYEE: "Pass on that payees have confirmed their accounts; for eligibility alone",
    Scope.REFERENCE_CONFIRM: "Confirm and discard drafts of reference data: rates and recognised platforms",
    Scope.EVALUATIONS_READ: "Read evaluations and their outcomes, policies and interpretations",
    Scope.EVALUATIONS_WRITE: "Start evaluations",
    Scope.SIMULATIONS_WRITE: "Run assessments, simulations and impact previews; they decide nothing",
    Scope.DECISIONS_READ: "Read decisions, explanations and receipts",
    Scope.DECISIONS_APPROVE: "Approve and reject decisions",
    Scope.DECISIONS_SUSPEND: "Suspend and resume decisions",
    Scope.DECISIONS_REPLAY: "Replay decisions from their receipts",
    Scope.READINGS_PROPOSE: "Propose a change of the official interpretations",
    Scope.READINGS_CONFIRM: "Confirm a change of the official interpretations",
    Scope.NOTICES_READ: "Read public notices, with personal data masked",
    Scope.NOTICES_WRITE: "Open and close public notices",
    Scope.CONFIRMATIONS_WRITE: "Record the confirmations that enterprises give on paper",
    Scope.REVIEWS_WRITE: "Review decisions for a department or a district",
    Scope.REFUSALS_WRITE: "Draw up refusals, record statements about them",
    Scope.REFUSALS_ISSUE: "Issue refusals",
    Scope.OBJECTIONS_READ: "Read objections and the persons who made them",
    Scope.OBJECTIONS_WRITE: "Record objections",
    Scope.OBJECTIONS_DECIDE: "Decide objections",
    Scope.MONEY_READ: "Read fiscal arrangements, budgets, awards, payment orders, ledger and reconciliation",
    Scope.ARRANGEMENTS_WRITE: "Draft fiscal arrangements",
    Scope.ARRANGEMENTS_CONFIRM: "Confirm fiscal arrangements",
    Scope.APPROPRIATIONS_WRITE: "Draft appropriations",
    Scope.APPROPRIATIONS_CONFIRM: "Confirm appropriations",
    Scope.ORDERS_APPROVE: "Approve payment orders; confirm bank results, restorations and files that are entered again",
    Scope.BATCHES_WRITE: "Build payment batches, enter bank results, reissue payment orders",
    Scope.RESULTS_BANK: "The bank's own channel: read payment files, report results with effect at once",
    Scope.HOLDS_WRITE: "Place holds on awards and payees",
    Scope.HOLDS_RELEASE: "Release holds on awards and payees",
    Scope.RECOVERIES_WRITE: "Enter repayments, propose write-offs, net recoveries",
    Scope.RECOVERIES_APPROVE: "Confirm repayments and write-offs",
    Scope.AUDIT_READ: "Read the audit log",
    Scope.METRICS_READ: "Read metrics",
    Scope.DEAD_LETTERS_WRITE: "List, replay and discard dead letters",
    Scope.EVENTS_REPUBLISH: "Publish the current events again",
    Scope.OWN_READ: "Read what concerns the enterprise of the token",
    Scope.OWN_WRITE: "Confirm, object and state for the enterprise of the token",
}


OWN = "own:"
"""Prefix of the scopes of an enterprise's own view."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller, as the verified claims of its token say. `subject` is recorded with every act.

    `jurisdiction` restricts the caller to its rows, and `uscc` to those of one enterprise. `department` is the one that the
    caller reviews for; it restricts nothing.
    """

    subject: str
    scopes: frozenset[str]
    jurisdiction: str | None = None
    department: str | None = None
    uscc: str | None = None

    @property
    def has_own_scopes_alone(self) -> bool:
        """Whether no scope gives access to more than an enterprise's own view."""
        return all(scope.startswith(OWN) for scope in self.scopes)

    @property
    def city_wide(self) -> bool:
        """Whether the token is restricted neither to a jurisdiction nor to an enterprise."""
        return self.jurisdiction is None and self.uscc is None

    @property
    def restriction(self) -> dict[str, str | None]:
        """Values of statements that show an actor its own rows: `jurisdiction` and `own_uscc`, or None."""
        return {"jurisdiction": self.jurisdiction, "own_uscc": self.uscc}

    def may(self, scope: Scope) -> bool:
        """Return whether the token has `scope`."""
        return scope in self.scopes

    def require(self, *scopes: Scope) -> None:
        """Raise Forbidden unless the token has one of `scopes`."""
        if self.scopes.isdisjoint(scopes):
            listed, extra = ", ".join(scopes), {"missing_scopes": list(scopes)}
            if len(scopes) > 1:
                raise Forbidden("The token needs one of these scopes: {scopes}.", scopes=listed, extra=extra)
            raise Forbidden("The token lacks the scope {scope}.", scope=listed, extra=extra)

    def covers(self, jurisdiction: str | None) -> bool:
        """Return whether the token gives access to rows of `jurisdiction`; of None: rows that belong to no jurisdiction."""
        return self.city_wide or (self.jurisdiction is not None and self.jurisdiction == jurisdiction)

    def require_city_wide(self) -> None:
        """Raise Forbidden for a token that is restricted: the operation concerns all jurisdictions."""
        if not self.city_wide:
            raise Forbidden("This operation concerns all jurisdictions. Use a token that is not restricted to one.")

    def require_jurisdiction(self, jurisdiction: str) -> None:
        """Raise Forbidden for a token that is restricted to another jurisdiction than `jurisdiction`."""
        if not self.covers(jurisdiction):
            raise Forbidden("The token is restricted to another jurisdiction.")
