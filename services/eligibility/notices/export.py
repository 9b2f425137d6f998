"""Notices, and what one shows, as sheets for people."""

from __future__ import annotations

from services.eligibility.decisions.words import RESULTS
from shared.policies import JURISDICTIONS
from shared.spreadsheets import TableColumn

NOTICES = (
    TableColumn("Notice id", "id"),
    TableColumn("Document number", "document_number"),
    TableColumn("State", "state", "word", {"open": ("公示中", "open")}),
    TableColumn("Opened on", "opened_on"),
    TableColumn("Last day", "last_day"),
    TableColumn("Working days", "working_days", "whole"),
    TableColumn("Closed on", "closed_on"),
    TableColumn("Decisions", "total", "whole"),
    TableColumn("Open objections", "objections.open", "whole"),
    TableColumn("Dismissed objections", "objections.rejected", "whole"),
    TableColumn("Upheld objections", "objections.upheld", "whole"),
)

ENTRIES = (
    TableColumn("Document number", "document_number"),
    TableColumn("Decision id", "decision_id"),
    TableColumn("Award", "title"),
    TableColumn("Article", "article"),
    TableColumn("Award year", "award_year", "whole"),
    TableColumn("Payee", "payee.name"),
    TableColumn("Unified social credit code", "payee.uscc"),
    TableColumn("Jurisdiction", "jurisdiction", "word", JURISDICTIONS),
    TableColumn("Result", "result", "word", RESULTS),
    TableColumn("Amount (yuan)", "entitlement_fen", "yuan"),
    TableColumn("State", "state", "word"),
)
