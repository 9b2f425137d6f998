"""Notices, and what one shows, as sheets for people."""

from __future__ import annotations

from services.eligibility.decisions.words import RESULTS
from shared.catalogue.fields import JURISDICTIONS
from shared.spreadsheets import SheetColumn

NOTICES = (
    SheetColumn("Notice id", "id"),
    SheetColumn("State", "state", "word", {"open": ("公示中", "open")}),
    SheetColumn("Opened on", "opened_on"),
    SheetColumn("Last day", "last_day"),
    SheetColumn("Working days", "working_days", "whole"),
    SheetColumn("Closed on", "closed_on"),
    SheetColumn("Decisions", "total", "whole"),
    SheetColumn("Open objections", "objections.open", "whole"),
    SheetColumn("Dismissed objections", "objections.rejected", "whole"),
    SheetColumn("Upheld objections", "objections.upheld", "whole"),
)

ENTRIES = (
    SheetColumn("Decision id", "decision_id"),
    SheetColumn("Award", "title"),
    SheetColumn("Article", "article"),
    SheetColumn("Award year", "award_year", "whole"),
    SheetColumn("Payee", "payee.name"),
    SheetColumn("Unified social credit code", "payee.uscc"),
    SheetColumn("Jurisdiction", "jurisdiction", "word", JURISDICTIONS),
    SheetColumn("Result", "result", "word", RESULTS),
    SheetColumn("Amount (yuan)", "entitlement_fen", "yuan"),
    SheetColumn("State", "state", "word"),
)
