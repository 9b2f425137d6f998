"""Who calls and what the call may do: scopes, and the one check of jurisdictions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.errors import Forbidden


class Scope(StrEnum):
    """The scopes, each with its meaning in DESCRIPTIONS."""

    FACTS_READ = "facts:read"
    FACTS_WRITE = "facts:write"
    ACCOUNTS_READ = "accounts:read"
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
    OBJECTIONS_READ = "objections:read"
    OBJECTIONS_WRITE = "objections:write"
    OBJECTIONS_DECIDE = "objections:decide"
    MONEY_READ = "money:read"
    ARRANGEMENTS_WRITE = "arrangements:write"
    ARRANGEMENTS_CONFIRM = "arrangements:confirm"
    APPROPRIATIONS_WRITE = "appropriations:write"
    ORDERS_APPROVE = "orders:approve"
    BATCHES_WRITE = "batches:write"
    HOLDS_WRITE = "holds:write"
    HOLDS_RELEASE = "holds:release"
    RECOVERIES_WRITE = "recoveries:write"
    RECOVERIES_APPROVE = "recoveries:approve"
    AUDIT_READ = "audit:read"
    METRICS_READ = "metrics:read"
    DEAD_LETTERS_WRITE = "dead-letters:write"
    EVENTS_REPUBLISH = "events:republish"


DESCRIPTIONS: dict[Scope, str] = {
    Scope.FACTS_READ: "Read the registry's records, changes and snapshots, accounts masked",
    Scope.FACTS_WRITE: "Write, import and withdraw records",
    Scope.ACCOUNTS_READ: "Read payees' account numbers whole",
    Scope.EVALUATIONS_READ: "Read evaluations and their outcomes, policies and readings",
    Scope.EVALUATIONS_WRITE: "Start evaluations",
    Scope.SIMULATIONS_WRITE: "Assess, simulate and preview impact; nothing is decided",
    Scope.DECISIONS_READ: "Read decisions, explanations and receipts",
    Scope.DECISIONS_APPROVE: "Approve and reject decisions",
    Scope.DECISIONS_SUSPEND: "Suspend and resume decisions",
    Scope.DECISIONS_REPLAY: "Replay decisions from their receipts",
    Scope.READINGS_PROPOSE: "Propose a change of the official readings",
    Scope.READINGS_CONFIRM: "Confirm a change of the official readings",
    Scope.NOTICES_READ: "Read public notices as the public may see them: personal data masked",
    Scope.NOTICES_WRITE: "Open and close public notices",
    Scope.OBJECTIONS_READ: "Read objections, and who made them",
    Scope.OBJECTIONS_WRITE: "Record objections",
    Scope.OBJECTIONS_DECIDE: "Decide objections",
    Scope.MONEY_READ: "Read arrangements, budgets, awards in payout, orders, ledger and reconciliation",
    Scope.ARRANGEMENTS_WRITE: "Draft fiscal arrangements",
    Scope.ARRANGEMENTS_CONFIRM: "Confirm fiscal arrangements",
    Scope.APPROPRIATIONS_WRITE: "Record appropriations",
    Scope.ORDERS_APPROVE: "Approve payment orders",
    Scope.BATCHES_WRITE: "Build payment batches, read results, reissue orders",
    Scope.HOLDS_WRITE: "Hold awards and payees",
    Scope.HOLDS_RELEASE: "Release awards and payees",
    Scope.RECOVERIES_WRITE: "Record repayments, propose write-offs, net recoveries",
    Scope.RECOVERIES_APPROVE: "Confirm write-offs",
    Scope.AUDIT_READ: "Read the audit log",
    Scope.METRICS_READ: "Read metrics",
    Scope.DEAD_LETTERS_WRITE: "List, replay and discard dead letters",
    Scope.EVENTS_REPUBLISH: "Have what is in force published again",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who calls: `subject` is recorded with every act; `jurisdiction` restricts the call to its rows if set."""

    subject: str
    scopes: frozenset[str]
    jurisdiction: str | None = None

    def may(self, scope: Scope) -> bool:
        """Return whether the token has `scope`."""
        return scope in self.scopes

    def require(self, scope: Scope) -> None:
        """Raise Forbidden unless the token has `scope`."""
        if scope not in self.scopes:
            raise Forbidden("The token lacks the scope {scope}.", scope=scope.value, extra={"missing_scopes": [scope]})

    def covers(self, jurisdiction: str | None) -> bool:
        """Return whether rows of `jurisdiction` are within what the token may see and touch."""
        return self.jurisdiction in (None, jurisdiction)

    def require_city_wide(self) -> None:
        """Raise Forbidden for a token that is tied to one jurisdiction: what is asked for concerns all of them."""
        if self.jurisdiction is not None:
            raise Forbidden("This concerns all jurisdictions, and the token is tied to one. Use a city-wide token.")

    def require_jurisdiction(self, jurisdiction: str) -> None:
        """Raise Forbidden for a token that is tied to another jurisdiction than `jurisdiction`."""
        if not self.covers(jurisdiction):
            raise Forbidden("The token is tied to another jurisdiction.")
