"""Response of the year's report."""

from __future__ import annotations

from pydantic import BaseModel, Field

from services.payout.budgets.schemas import Budget, Classified
from services.payout.enums import Jurisdiction, Unit


class ReportRow(BaseModel):
    """What a unit's budget of the year paid for one award in one jurisdiction; fen. open = committed − paid."""

    unit: Unit
    award: str = Field(description="Code of the award", examples=["courier-rent"])
    jurisdiction: Jurisdiction
    awards: int = Field(description="Awards that orders were funded for")
    orders: int = Field(description="Orders that drew on the budget")
    committed_fen: int = Field(description="Amount of these orders")
    paid_fen: int = Field(description="Of it, settled by the bank")
    open_fen: int = Field(description="Of it, not settled yet")
    recovered_fen: int = Field(description="Repaid by payees within the year, in whatever year it was paid")
    written_off_fen: int = Field(description="Claims written off within the year")


class IndicatorRow(Classified):
    """What orders for one award draw on money of one classification; fen. Without one the money is not classified."""

    unit: Unit
    award: str = Field(description="Code of the award", examples=["courier-rent"])
    orders: int = Field(description="Orders that drew on the budget")
    committed_fen: int = Field(description="Amount of these orders")
    paid_fen: int = Field(description="Of it, settled by the bank")
    open_fen: int = Field(description="Of it, not settled yet")


class Report(BaseModel):
    """The report of a budget year. The rows of a unit add up to its budget, by jurisdiction and by indicator alike."""

    year: int
    budgets: list[Budget]
    rows: list[ReportRow]
    indicators: list[IndicatorRow] = Field(
        description="The same orders, by the classification of the money they draw on"
    )
