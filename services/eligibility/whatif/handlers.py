"""From what a request supposes to book, readings and facts; what cannot be is refused where it stands in the request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from services.eligibility.facts.catalogue import Facts
from services.eligibility.interpretations.handlers import check_years, policy_book
from services.eligibility.rules.domain import Policy
from services.eligibility.rules.parameters import ParameterError
from services.eligibility.whatif import domain
from services.eligibility.whatif.domain import InlineFactsError
from services.eligibility.whatif.schemas import Alternative, Rows
from shared.errors import DomainError, FieldError, Invalid

Frames = Mapping[str, pl.DataFrame]


def supposed_book(request: Alternative) -> Policy:
    """Return the policy with the numbers of `request`; raises Problem for a name, value or award year that cannot be."""
    book = policy_book(request.policy)
    if request.parameters:
        try:
            book = book.with_parameters(request.parameters)
        except ParameterError as error:
            mistake = FieldError(f"/parameters/{error.parameter}", "parameter", error.message, **error.parameters)
            raise Invalid(errors=[mistake]) from error
    check_years(book, request.award_years)
    return book


def rows_of(facts: Rows) -> dict[str, pl.DataFrame]:
    """Return rows given inline as typed frames; raises Problem."""
    try:
        return domain.frames_of(facts)
    except InlineFactsError as error:
        raise _problem(error) from error


def keys_of(withdrawals: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, pl.DataFrame]:
    """Return the keys of rows given inline as typed frames; raises Problem."""
    try:
        return domain.keys_of(withdrawals)
    except InlineFactsError as error:
        raise _problem(error) from error


def supposed_facts(base: Facts, frames: Frames, withdrawn: Frames | None = None) -> Facts:
    """Return `base` with the rows of `frames` and without those `withdrawn`; raises Problem."""
    try:
        return domain.overlaid(base, frames, withdrawn or {})
    except InlineFactsError as error:
        raise _problem(error) from error


def _problem(error: InlineFactsError) -> DomainError:
    return Invalid(errors=[FieldError(error.pointer, "fact", str(error))])
