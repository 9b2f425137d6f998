"""Policies by code, and the readings that are official."""

from __future__ import annotations

import orjson
from sqlalchemy import Connection

from services.eligibility.policy.book import Book, Readings
from services.eligibility.policy.library import POLICIES, load_book
from shared.web.problems import INVALID, NOT_FOUND, FieldError, Problem


def policy_book(code: str) -> Book:
    """Return the policy `code`; raises Problem that lists the policies there are."""
    if code not in POLICIES:
        known = ", ".join(POLICIES)
        raise Problem(INVALID, errors=[FieldError("/policy", "policy", f"no such policy; there are {known}")])
    return load_book(code)


def policy_at_path(code: str) -> Book:
    """Return the policy that a path names; raises Problem (404)."""
    if code not in POLICIES:
        raise Problem(NOT_FOUND, f"There is no such policy; there are {', '.join(POLICIES)}.")
    return load_book(code)


def official_readings(connection: Connection, book: Book) -> Readings:  # noqa: ARG001 - changes come with two persons
    """Return the readings that are official now."""
    return Readings.official_defaults(book)


def readings_of(book: Book, document: str) -> Readings:
    """Return the readings that a kept document holds."""
    return Readings.official_defaults(book).with_changes(orjson.loads(document))
