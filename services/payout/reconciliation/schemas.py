"""Responses of reconciliation."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from shared.web.possible_acts import WithPossibleActs


class Difference(BaseModel):
    """Two amounts that should be equal and are not."""

    check: str = Field(description="Which comparison", examples=["ledger_of_budget"])
    subject: str = Field(description="Award, share, account, order or budget that differs")
    expected_fen: int
    found_fen: int


class Looked(BaseModel):
    """How many rows were compared."""

    awards: int
    orders: int
    postings: int
    waiting: int = Field(description="Awards that wait for an arrangement")
    dead_letters: int = Field(description="Messages that could not be processed and are open")


class Asked(BaseModel):
    """Decisions whose events eligibility publishes again."""

    missing: int = Field(description="Decisions in force, older than a minute, that payout does not have")
    events: int = Field(description="Events of them that are published again")
    in_flight: int = Field(description="Decisions approved within the last minute that have not arrived yet")


class Reconciliation(WithPossibleActs):
    """Entitlements = shares = orders − recoveries, ledger = orders = bank results, budgets = appropriations − orders."""

    differences: list[Difference] = Field(description="Empty when all agree")
    checks: list[str] = Field(description="The comparisons that were made")
    looked_at: Looked
    eligibility: Literal["compared", "not_reached", "left_out"] = Field(
        description="Whether its decisions in force were compared with payout's awards"
    )
    in_flight: int = Field(description="Decisions approved within the last minute that have not arrived yet")
