"""Shapes of the store's requests and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from typing_extensions import TypeAliasType

from shared.errors import InvalidValue
from shared.free_text import strike_long_numbers, strike_optional
from shared.web.possible_acts import PossibleActs

KeyValue = TypeAliasType(
    "KeyValue",
    Annotated[str | int, Field(description="A value of a key: codes and days as text, years and tiers as numbers")],
)

Record = TypeVar("Record")
Key = TypeVar("Key")


DRAFT = "The draft in which the rows wait for another person to confirm them; null where none has to"


CONFIRMED_BY = "The second person, of a dataset that needs one"


class RowCounts(BaseModel):
    """What became of the rows that were read."""

    read: int = Field(description="Rows in the request or file", examples=[3])
    accepted: int = Field(description="Rows stored as new or changed, or waiting in a draft", examples=[2])
    unchanged: int = Field(
        description="Rows that were stored already, or repeated in the same change set", examples=[1]
    )
    rejected: int = Field(description="Rows with mistakes", examples=[0])


class Recorded(BaseModel):
    """What came of a change set."""

    revision: int | None = Field(
        description="The revision that holds the records; the newest one if nothing changed; null if they wait as a draft",
        examples=[7],
    )
    draft: UUID | None = Field(description=DRAFT)
    changed: bool = Field(description="Whether this request made the revision")
    rows: RowCounts


class Withdrawal(BaseModel, Generic[Key]):
    """Records that were never true."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"description": "Records that were never true.", "x-description-zh": "从未属实的记录。"},
    )

    keys: list[Key] = Field(min_length=1, max_length=1_000, description="Keys of the records")
    reason: Annotated[str, AfterValidator(strike_long_numbers)] = Field(
        min_length=1, max_length=1_000, description="Why they were never true"
    )
    source: Annotated[str | None, AfterValidator(strike_optional)] = Field(
        default=None, max_length=500, description="Where the correction comes from"
    )

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Name it after the dataset: `EnterprisesWithdrawal`."""
        return f"{params[0].__name__.removesuffix('Key')}Withdrawal"


class Withdrawn(BaseModel):
    """What came of a withdrawal."""

    revision: int | None = Field(
        description="The revision since which the records are gone; null if that waits as a draft", examples=[8]
    )
    draft: UUID | None = Field(description=DRAFT)
    withdrawn: int = Field(description="Records withdrawn, or to be withdrawn by the draft", examples=[1])


class Version(BaseModel, Generic[Record]):
    """One version of a record."""

    model_config = ConfigDict(json_schema_extra={"description": "One version of a record."})

    revision: int = Field(description="The revision that set it", examples=[7])
    replaced_in: int | None = Field(description="The revision that replaced or withdrew it; null while it is current")
    withdrawn: bool = Field(description="It ended because it was never true")
    record: Record
    actor: str = Field(description="Who set it", examples=["data-platform"])
    confirmed_by: str | None = Field(description=CONFIRMED_BY)
    recorded_at: datetime = Field(description="When it was set")
    source: str | None = Field(description="Where it comes from")
    reason: str | None = Field(description="Why it was set")
    ended_by: str | None = Field(description="Who ended it")
    ended_at: datetime | None = Field(description="When it ended")
    ended_reason: str | None = Field(description="Why it ended")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Name it after the dataset: `EnterprisesVersion`."""
        return f"{params[0].__name__.removesuffix('Record')}Version"


class History(BaseModel, Generic[Record]):
    """All versions of one record, the oldest first."""

    model_config = ConfigDict(json_schema_extra={"description": "All versions of one record, the oldest first."})

    items: list[Version[Record]]
    next_cursor: str | None = Field(default=None, description="Always null: a history is one page")
    possible_acts: PossibleActs

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Name it after the dataset: `EnterprisesHistory`."""
        return f"{params[0].__name__.removesuffix('Record')}History"


class ChangedRows(BaseModel):
    """What a change set did to one dataset."""

    inserted: int = Field(description="Records that were new")
    replaced: int = Field(description="Records that had other values")
    withdrawn: int = Field(description="Records withdrawn")


class Revision(BaseModel):
    """One change set."""

    revision: int = Field(description="Its number", examples=[7])
    kind: str = Field(description="records, import or withdrawal", examples=["import"])
    actor: str = Field(description="Who made it", examples=["data-platform"])
    confirmed_by: str | None = Field(description=CONFIRMED_BY)
    recorded_at: datetime = Field(description="When it was made")
    source: str | None = Field(description="Where its records come from")
    reason: str | None = Field(description="Why it was made")
    import_id: str | None = Field(description="The import that made it")
    datasets: list[str] = Field(description="Datasets that it changed", examples=[["annual_sales"]])
    rows: dict[str, ChangedRows] = Field(description="Rows inserted, replaced and withdrawn, by dataset")


class LatestRevision(BaseModel):
    """The newest revision."""

    revision: int = Field(description="Its number; 0 while there is none", examples=[7])


MAX_FIELDS = 200
"""Fields, each a reading of its own, that one request may ask for."""

CodeBound = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$")]
FieldValue = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=1_000)]


class SnapshotQuery(BaseModel):
    """Which rows to return: those that name some enterprises, those with some values in a field, or those of some revisions."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"uscc": ["91331100MA2000061E"]}, {"field": "hub_id", "values": ["HUB-01", "HUB-02"]}]
        },
    )

    uscc: list[str] | None = Field(
        default=None, min_length=1, max_length=50_000, description="Unified social credit codes"
    )
    field: str | None = Field(
        default=None, description="A text field of the dataset; a sensitive one needs `accounts:read`"
    )
    values: list[FieldValue] | None = Field(
        default=None, min_length=1, max_length=50_000, description="Values of `field`"
    )
    before_colon: bool = Field(default=False, description="Compare only the part of `field` before its first colon")
    revisions: list[Annotated[int, Field(ge=1, le=2**63 - 1)]] | None = Field(
        default=None, min_length=1, max_length=50_000, description="Revisions that set the rows"
    )

    @model_validator(mode="after")
    def _one_way(self) -> SnapshotQuery:
        ways = [each for each in (self.uscc, self.field, self.revisions) if each is not None]
        if len(ways) != 1 or (self.field is None) != (self.values is None):
            raise InvalidValue("give either uscc, or field and values, or revisions")
        return self


class CodeRange(BaseModel):
    """Consecutive unified social credit codes."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"first": "91331100MA2000061E"}]})

    first: CodeBound | None = Field(default=None, description="The first of the codes; no bound if left out")
    until: CodeBound | None = Field(default=None, description="The first code after them; no bound if left out")


class CodeRanges(BaseModel):
    """All unified social credit codes in consecutive ranges."""

    items: list[CodeRange] = Field(
        description="The ranges in order: the first one's `first` and the last one's `until` are null"
    )


class FieldQuery(BaseModel):
    """Rows with some values in a field; in fields of several datasets where the same values are looked for. Or whole datasets."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"fields": ["annual_sales.uscc", "loans.uscc"], "values": ["91331100MA2000061E"]}]
        },
    )

    fields: list[str] = Field(
        min_length=1,
        max_length=100,
        description="Text fields that are not sensitive, each as `dataset.field`; without `values` and `codes` whole datasets",
    )
    values: list[FieldValue] | None = Field(
        default=None, min_length=1, max_length=50_000, description="Values of the fields"
    )
    codes: CodeRange | None = Field(
        default=None, description="Codes of enterprises in the fields, in place of `values`"
    )
    before_colon: bool = Field(default=False, description="Compare only the part of a field before its first colon")

    @model_validator(mode="after")
    def _whole_or_not(self) -> FieldQuery:
        if self.values is None and self.codes is None and any("." in name for name in self.fields):
            raise InvalidValue("give the values of the fields")
        if self.values is not None and self.codes is not None:
            raise InvalidValue("give either values or codes")
        return self


class SnapshotQueries(BaseModel):
    """Which rows of several datasets to return."""

    model_config = ConfigDict(extra="forbid")

    queries: list[FieldQuery] = Field(
        min_length=1,
        max_length=100,
        description="The queries, in the order of the answer; at most 200 fields in all",
    )

    @model_validator(mode="after")
    def _bounded(self) -> SnapshotQueries:
        if sum(len(query.fields) for query in self.queries) > MAX_FIELDS:
            raise InvalidValue("ask for at most {limit} fields at once", limit=MAX_FIELDS)
        return self


class ChangeView(BaseModel):
    """One line of changes in NDJSON; the Arrow stream has the same columns, with `key`, `before` and `after` as JSON text."""

    dataset: str = Field(examples=["annual_sales"], description="Dataset")
    key: list[KeyValue] = Field(description="Values of the key's fields, in order")
    revision: int = Field(description="The last revision that changed the key in the range")
    uscc_before: str | None = Field(description="Owning enterprise before")
    uscc_after: str | None = Field(description="Owning enterprise after")
    enterprises: list[str] = Field(description="All enterprises that the row names before or after")
    before: dict[str, Any] | None = Field(description="The record before; null if there was none")
    after: dict[str, Any] | None = Field(description="The record after; null if there is none")
