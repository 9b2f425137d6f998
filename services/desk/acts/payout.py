"""Acts on money: arrangements, budgets, orders, batches and recoveries, by payout's operations."""

from __future__ import annotations

from collections.abc import Mapping

from services.desk.acts import papers
from services.desk.acts.domain import Act

ACTS: Mapping[str, Act] = {**papers.ACTS}
