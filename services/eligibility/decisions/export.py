"""Decisions as a sheet for people."""

from __future__ import annotations

from services.eligibility.decisions.words import FLAGS, KINDS, RESULTS
from shared.policies import AWARD_TITLES, JURISDICTIONS
from shared.spreadsheets import TableColumn

COLUMNS = (
    TableColumn("Decision id", "id"),
    TableColumn("Award id", "award_id"),
    TableColumn("Award", "award", "word", AWARD_TITLES),
    TableColumn("Article", "article"),
    TableColumn("Subject", "subject"),
    TableColumn("Award year", "award_year", "whole"),
    TableColumn("Version", "version", "whole"),
    TableColumn("State", "state", "word"),
    TableColumn("Result", "result", "word", RESULTS),
    TableColumn("Amount (yuan)", "entitlement_fen", "yuan"),
    TableColumn("Unified social credit code", "payee.uscc"),
    TableColumn("Payee", "payee.name"),
    TableColumn("Jurisdiction", "jurisdiction", "word", JURISDICTIONS),
    TableColumn("Kind of support", "kind", "word", KINDS),
    TableColumn("Reason of the version", "reason", "word"),
    TableColumn("Flags", "flags", "word", FLAGS),
    TableColumn("Decided on", "decided_on"),
    TableColumn("First decided on", "first_decided_on"),
    TableColumn("Proposed by", "proposed_by"),
    TableColumn("Approved by", "approved_by"),
    TableColumn("Approved at", "approved_at", "instant"),
    TableColumn("Notice id", "notice_id"),
    TableColumn("End of the notice", "noticed_on"),
    TableColumn("Revision of the facts", "receipt.facts_revision", "whole"),
)
