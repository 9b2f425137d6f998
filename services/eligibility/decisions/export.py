"""Decisions as a sheet for people."""

from __future__ import annotations

from services.eligibility.decisions.words import FLAGS, KINDS, RESULTS
from shared.catalogue.fields import JURISDICTIONS
from shared.catalogue.policies import AWARD_TITLES
from shared.spreadsheets import SheetColumn

COLUMNS = (
    SheetColumn("Decision id", "id"),
    SheetColumn("Award id", "award_id"),
    SheetColumn("Award", "award", "word", AWARD_TITLES),
    SheetColumn("Article", "article"),
    SheetColumn("Subject", "subject"),
    SheetColumn("Award year", "award_year", "whole"),
    SheetColumn("Version", "version", "whole"),
    SheetColumn("State", "state", "word"),
    SheetColumn("Result", "result", "word", RESULTS),
    SheetColumn("Amount (yuan)", "entitlement_fen", "yuan"),
    SheetColumn("Unified social credit code", "payee.uscc"),
    SheetColumn("Payee", "payee.name"),
    SheetColumn("Jurisdiction", "jurisdiction", "word", JURISDICTIONS),
    SheetColumn("Kind of support", "kind", "word", KINDS),
    SheetColumn("Reason of the version", "reason", "word"),
    SheetColumn("Flags", "flags", "word", FLAGS),
    SheetColumn("Decided on", "decided_on"),
    SheetColumn("First decided on", "first_decided_on"),
    SheetColumn("Proposed by", "proposed_by"),
    SheetColumn("Approved by", "approved_by"),
    SheetColumn("Approved at", "approved_at", "instant"),
    SheetColumn("Notice id", "notice_id"),
    SheetColumn("End of the notice", "noticed_on"),
    SheetColumn("Revision of the facts", "receipt.facts_revision", "whole"),
)
