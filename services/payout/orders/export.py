"""Payment orders as a sheet for people."""

from __future__ import annotations

from shared.policies import AWARD_TITLES, JURISDICTIONS, UNITS
from shared.spreadsheets import TableColumn

COLUMNS = (
    TableColumn("Payment order id", "id"),
    TableColumn("Award id", "award_id"),
    TableColumn("Award", "award", "word", AWARD_TITLES),
    TableColumn("Version", "version", "whole"),
    TableColumn("Jurisdiction", "jurisdiction", "word", JURISDICTIONS),
    TableColumn("Budget unit", "unit", "word", UNITS),
    TableColumn("Instalment", "instalment", "whole"),
    TableColumn("Due year", "due_year", "whole"),
    TableColumn("Amount (yuan)", "amount_fen", "yuan"),
    TableColumn("Purpose", "purpose"),
    TableColumn("Unified social credit code", "payee.uscc"),
    TableColumn("Payee", "payee.name"),
    TableColumn("State", "state", "word", {"failed": ("支付失败", "failed")}),
    TableColumn("Waiting for", "waiting_for", "word"),
    TableColumn("Budget year", "budget_year", "whole"),
    TableColumn("Budget indicator", "indicator"),
    TableColumn("Project", "project"),
    TableColumn("Functional class", "function_code"),
    TableColumn("Economic class", "economic_code"),
    TableColumn("Batch id", "batch_id"),
    TableColumn("Day at the bank", "occurred_on"),
    TableColumn("Bank reference", "bank_reference"),
    TableColumn("Reason given by the bank", "reason"),
    TableColumn("Account holder", "account.holder"),
    TableColumn("Account number (masked)", "account.number_masked"),
    TableColumn("Account changed since the last payment", "account.changed_since_last_payment", "word"),
    TableColumn("Another account holder", "account.holder_differs", "word"),
)
