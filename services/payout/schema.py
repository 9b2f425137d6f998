"""All of payout's tables."""

from __future__ import annotations

from pathlib import Path

import services.payout.arrangements.tables
import services.payout.awards.tables
import services.payout.batches.tables
import services.payout.budgets.tables
import services.payout.funding.tables
import services.payout.ledger.tables
import services.payout.orders.tables
import services.payout.recoveries.tables  # noqa: F401 - importing a room's tables declares them
from services.payout.metadata import metadata
from shared.system_tables import ServiceSchema

SCHEMA = ServiceSchema("payout", metadata, Path(__file__).with_name("migrations"))
