"""What the API takes and gives of fiscal arrangements."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.payout.arrangements.domain import Draft, Shortage, adds_up_to_one
from services.payout.enums import Jurisdiction, Unit
from shared.days import Day
from shared.fiscal_split import SplitRule, UnitShare
from shared.policies import FIRST_POLICY, POLICIES
from shared.web.possible_acts import WithPossibleActs

Award = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z0-9]+(-[a-z0-9]+)*)$", max_length=60)]
_EXAMPLE: dict[str, Any] = {
    "number": "示范〔2020〕1号",
    "effective_from": "2020-01-02",
    "effective_until": None,
    "sample": True,
    "rows": [
        {
            "jurisdiction": "city",
            "award": "*",
            "shares": [{"unit": "city", "numerator": 1, "denominator": 1}],
            "remainder_to": "city",
        },
        {
            "jurisdiction": "liandu",
            "award": "*",
            "shares": [
                {"unit": "city", "numerator": 1, "denominator": 2},
                {"unit": "liandu", "numerator": 1, "denominator": 2},
            ],
            "remainder_to": "liandu",
        },
    ],
}


class Share(BaseModel):
    """The exact fraction of an award that a unit pays."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: Unit = Field(description="Budget that pays")
    numerator: int = Field(ge=0, le=1_000_000_000, strict=True, description="Upper part of the fraction")
    denominator: int = Field(ge=1, le=1_000_000_000, strict=True, description="Lower part of the fraction")


class ArrangementRow(BaseModel):
    """How awards of one jurisdiction are shared; a row that names the award goes before `*`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    jurisdiction: Jurisdiction = Field(description="Jurisdiction of the award (Suppl.)")
    award: Award = Field(description="Code of the award, or `*` for all that have no row of their own")
    shares: list[Share] = Field(min_length=1, max_length=20, description="Fractions that add up to exactly one")
    remainder_to: Unit = Field(description="Unit among the shares that takes what flooring to the fen leaves over")

    @model_validator(mode="after")
    def _adds_up(self) -> ArrangementRow:
        units = [share.unit for share in self.shares]
        if len(set(units)) != len(units):
            raise ValueError("a unit is named twice")
        if self.remainder_to not in units:
            raise ValueError("remainder_to is not among the units of the shares")
        if not adds_up_to_one([UnitShare(s.unit, s.numerator, s.denominator) for s in self.shares]):
            raise ValueError("the shares do not add up to one")
        return self


class ArrangementDraft(BaseModel):
    """A fiscal arrangement as a document: dated, with its rows."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [_EXAMPLE]})

    number: str = Field(min_length=1, max_length=200, description="Number of the document")
    effective_from: Day = Field(
        description="First day on which it is in force; awards follow their first decision's day"
    )
    effective_until: Day | None = Field(default=None, description="First day on which it is no longer in force")
    sample: bool = Field(default=False, strict=True, description="An invented example, marked wherever it shows")
    shortage: Shortage = Field(
        default=Shortage.IN_TURN,
        description="How the earliest day that a budget cannot cover in full is funded: its instalments in turn, or all in the"
        " same proportion (⌊amount × f⌋ now, the rest later)",
    )
    rows: list[ArrangementRow] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _is_one_document(self) -> ArrangementDraft:
        if self.effective_until is not None and self.effective_until <= self.effective_from:
            raise ValueError("effective_until is not after effective_from")
        keys = [(row.jurisdiction, row.award) for row in self.rows]
        if len(set(keys)) != len(keys):
            raise ValueError("two rows have the same jurisdiction and award")
        if self._policy is None:
            raise ValueError("all jurisdictions and units must be those of one policy")
        return self

    @property
    def _policy(self) -> str | None:
        """The policy whose places and units all rows name; None if there is none."""
        places = {row.jurisdiction.value for row in self.rows}
        units = {share.unit.value for row in self.rows for share in row.shares}
        for code, policy in POLICIES.items():
            if places <= set(policy.covered) and units <= set(policy.units):
                return code
        return None

    def draft(self) -> Draft:
        """Return the document without HTTP."""
        assert self._policy is not None  # refused above
        return Draft(
            self._policy,
            self.number,
            self.effective_from,
            self.effective_until,
            self.sample,
            {
                (row.jurisdiction.value, row.award): SplitRule(
                    tuple(UnitShare(share.unit.value, share.numerator, share.denominator) for share in row.shares),
                    row.remainder_to.value,
                )
                for row in self.rows
            },
            self.shortage,
        )


class ArrangementView(BaseModel):
    """A fiscal arrangement; a confirmed one is never edited."""

    id: UUID
    state: Literal["draft", "confirmed"]
    policy: str = Field(description="The policy whose awards it splits", examples=[FIRST_POLICY])
    number: str = Field(description="Number of the document")
    effective_from: date = Field(description="First day on which it is in force")
    effective_until: date | None = Field(description="First day on which it is no longer in force; open if null")
    sample: bool = Field(description="An invented example: no real percentages are published")
    shortage: Shortage = Field(description="How the earliest day that a budget cannot cover in full is funded")
    drafted_by: str
    drafted_at: datetime
    confirmed_by: str | None = Field(description="Another person than the author")
    confirmed_at: datetime | None
    rows: list[ArrangementRow]


class ArrangementDetail(WithPossibleActs, ArrangementView):
    """A fiscal arrangement, and what the caller may do with it now."""
