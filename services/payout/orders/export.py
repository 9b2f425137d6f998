"""Payment orders as a sheet for people."""

from __future__ import annotations

from shared.catalogue.fields import JURISDICTIONS
from shared.catalogue.policies import AWARD_TITLES
from shared.spreadsheets import SheetColumn

COLUMNS = (
    SheetColumn("Payment order id", "id"),
    SheetColumn("Award id", "award_id"),
    SheetColumn("Award", "award", "word", AWARD_TITLES),
    SheetColumn("Version", "version", "whole"),
    SheetColumn("Jurisdiction", "jurisdiction", "word", JURISDICTIONS),
    SheetColumn("Budget unit", "unit", "word"),
    SheetColumn("Instalment", "instalment", "whole"),
    SheetColumn("Due year", "due_year", "whole"),
    SheetColumn("Amount (yuan)", "amount_fen", "yuan"),
    SheetColumn("Unified social credit code", "payee.uscc"),
    SheetColumn("Payee", "payee.name"),
    SheetColumn("State", "state", "word", {"failed": ("支付失败", "failed")}),
    SheetColumn("Waiting for", "waiting_for", "word"),
    SheetColumn("Budget year", "budget_year", "whole"),
    SheetColumn("Batch id", "batch_id"),
    SheetColumn("Day at the bank", "occurred_on"),
    SheetColumn("Bank reference", "bank_reference"),
    SheetColumn("Reason given by the bank", "reason"),
)
