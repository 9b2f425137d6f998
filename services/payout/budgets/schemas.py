"""What the API takes and gives of budgets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.payout.budgets.tables import MAX_APPROPRIATION_FEN
from services.payout.enums import Unit
from shared.spelling import spell_code
from shared.web.possible_acts import WithPossibleActs
from shared.web.two_persons import Proposal


def _spelled(code: str | None) -> str | None:
    return spell_code(code) or None if code else None


Code = Annotated[str | None, Field(max_length=20), AfterValidator(_spelled)]
LongCode = Annotated[str | None, Field(max_length=100), AfterValidator(_spelled)]


class Classified(BaseModel):
    """What a treasury files money under; what nobody said is null."""

    indicator: LongCode = Field(default=None, description="Number of the budget indicator (指标文号)")
    project: LongCode = Field(default=None, description="Code or name of the budget project")
    function_code: Code = Field(default=None, description="Functional class of the expenditure")
    economic_code: Code = Field(default=None, description="Economic class of the expenditure")


class AppropriationDraft(Classified):
    """Money given to a unit's budget of a year by a document; negative takes some back."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "unit": "liandu",
                    "year": 2026,
                    "amount_fen": 500_000_000,
                    "document": "莲财〔2026〕12号",
                    "indicator": "莲财企〔2026〕12号",
                    "project": "电子商务发展专项",
                    "function_code": "2160299",
                    "economic_code": "31204",
                }
            ]
        },
    )

    unit: Unit = Field(description="Whose budget")
    year: int = Field(ge=2020, le=2100, strict=True, description="Budget year")
    amount_fen: int = Field(
        ge=-MAX_APPROPRIATION_FEN,
        le=MAX_APPROPRIATION_FEN,
        strict=True,
        description="Fen, at most ten billion yuan; negative is a reduction, 0 is refused",
    )
    document: str = Field(min_length=1, max_length=200, description="Number of the document that says so")


class Appropriation(Proposal, Classified):
    """An appropriation. It counts once it is confirmed; then it is never changed, only followed by others."""

    unit: Unit
    year: int
    amount_fen: int
    document: str
    carried_over: bool = Field(
        description="Whether it is carried over: a negative amount goes to the budget of the year after, a positive one comes"
        " from that of the year before"
    )


class AppropriationDetail(WithPossibleActs, Appropriation):
    """An appropriation, and what the caller may do with it now."""


class CarryOver(BaseModel):
    """What is free in a budget, carried over to the year after by a document."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"document": "丽财〔2027〕3号"}]}
    )

    amount_fen: int | None = Field(
        default=None, ge=1, le=MAX_APPROPRIATION_FEN, strict=True, description="Fen; all that is free if left out"
    )
    document: str = Field(min_length=1, max_length=200, description="Number of the document that says so")


class CarriedOver(BaseModel):
    """What is drafted to be carried over, by classification."""

    items: list[Appropriation] = Field(
        description="The reductions of this budget; once confirmed, each is appropriated to that of the year after"
    )


class AwardForecast(BaseModel):
    """What decisions on one award code will need."""

    award: str = Field(description="Code of the award", examples=["courier-rent"])
    orders: int = Field(description="Waiting orders")
    approved_fen: int = Field(description="Waiting orders, fen")
    proposals: int = Field(description="Open proposals that would need more than is owed already")
    proposed_fen: int = Field(description="What they would need more, fen")
    amount_fen: int = Field(description="Approved and proposed together, fen")


class WithoutArrangement(BaseModel):
    """Approved awards that no confirmed arrangement splits yet: which budget will pay them is not known."""

    awards: int
    entitlement_fen: int = Field(description="Their whole entitlements, fen")


class Forecast(BaseModel):
    """What approved and proposed decisions will still need from this budget."""

    amount_fen: int = Field(description="Approved and proposed together, fen")
    approved_fen: int = Field(description="All waiting orders that may be paid from this budget, fen")
    proposed_fen: int = Field(description="What open proposals would add if they were approved, fen")
    proposals: Literal["counted", "not_reached", "left_out"] = Field(
        description="Whether eligibility's open proposals are in it; `not_reached`: it did not answer"
    )
    awards: list[AwardForecast] = Field(description="The same by award")
    without_arrangement: WithoutArrangement


class Budget(BaseModel):
    """A unit's budget of a year, fen. committed ≥ ordered ≥ paid; free + lapsed = appropriated − committed."""

    unit: Unit
    year: int
    appropriated_fen: int = Field(description="All appropriations, reductions taken off")
    committed_fen: int = Field(description="Reserved for funded orders, those paid included")
    ordered_fen: int = Field(description="Of it, orders that are issued, approved, at the bank or paid")
    paid_fen: int = Field(description="Of it, settled by the bank")
    recovered_fen: int = Field(description="Repaid by payees in this year; spent again only by a new appropriation")
    free_fen: int = Field(description="What is left for further orders; 0 once the year is over")
    lapsed_fen: int = Field(description="What was left when the year ended, and no document has carried over")


class BudgetForecast(Budget):
    """A unit's budget of a year with what will be needed from it."""

    forecast: Forecast


class BudgetForecasts(BaseModel):
    """The budgets of a year, each with its forecast."""

    items: list[BudgetForecast] = Field(description="By unit; a district's officer sees its own")


class Indicator(Classified):
    """Money of a budget with one classification. An order draws on the first that covers it whole."""

    appropriated_fen: int = Field(description="Its appropriations, reductions taken off")
    committed_fen: int = Field(description="Reserved for funded orders, those paid included")
    left_fen: int = Field(description="What is not reserved")


class BudgetDetail(WithPossibleActs, BudgetForecast):
    """A unit's budget of a year with its documents and what will be needed."""

    indicators: list[Indicator] = Field(
        description="Its classified money, in the order in which orders draw on it; money without a classification comes last"
    )
    appropriations: list[Appropriation]
