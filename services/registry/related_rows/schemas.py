"""Shapes of the request for related rows and of its answer."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.registry.revisions.schemas import FieldValue
from shared.errors import InvalidValue

MAX_QUERIES = 100
"""Queries that one request may have."""

MAX_OF_FIELD = 4
"""Queries for one field that one request may have."""

MAX_ORIGINS = 200
"""Fields, of all queries together, whose values in rows are looked for."""


class RelatedQueryBody(BaseModel):
    """Rows with some values in a field: those given, or those in rows that earlier queries found. Or a whole dataset."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"field": "loan_balances.loan_id", "of": ["loans.loan_id"]}]},
    )

    field: str = Field(
        description="A text field that is not sensitive, as `dataset.field`; or a dataset whose rows belong to no enterprise,"
        " which is read whole"
    )
    given: bool = Field(default=False, description="Look for the given values")
    of: list[str] = Field(
        default=[],
        description="Look for the values of these text fields in rows that earlier queries found, each as `dataset.field`, or"
        " `dataset.field:field` for values joined with a colon",
    )
    before_colon: bool = Field(default=False, description="Compare only the part of `field` before its first colon")


class RelatedRowsQuery(BaseModel):
    """Which rows to return: those that the given values lead to."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "values": ["91331100MA2000061E"],
                    "queries": [
                        {"field": "loans.uscc", "given": True},
                        {"field": "loan_balances.loan_id", "of": ["loans.loan_id"]},
                    ],
                }
            ]
        },
    )

    values: list[FieldValue] = Field(min_length=1, max_length=1_000, description="The given values")
    queries: list[RelatedQueryBody] = Field(
        min_length=1,
        max_length=MAX_QUERIES,
        description="The queries, in the order of the answer, at most 4 for one field; at most 200 fields in `of` in all",
    )

    @model_validator(mode="after")
    def _bounded(self) -> RelatedRowsQuery:
        if sum(len(query.of) for query in self.queries) > MAX_ORIGINS:
            raise InvalidValue("give at most {limit} fields in `of` in all", limit=MAX_ORIGINS)
        if max(Counter(query.field for query in self.queries).values()) > MAX_OF_FIELD:
            raise InvalidValue("give at most {limit} queries for one field", limit=MAX_OF_FIELD)
        return self


class RelatedRowsView(BaseModel):
    """The rows that the given values lead to."""

    revision: int = Field(description="The newest revision, as of which the rows are read", examples=[7])
    complete: bool = Field(
        description="False if there are more rows than one answer holds; then it has none, and snapshots have to be read"
    )
    rows: list[list[dict[str, Any]]] = Field(description="The rows that each query found, in the order of the queries")
