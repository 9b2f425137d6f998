"""What the eligibility database holds."""

from __future__ import annotations

from services.eligibility.decisions import tables as decisions
from services.eligibility.policies import tables as policies
from services.eligibility.simulations import tables as simulations
from services.eligibility.tables import metadata

__all__ = ["decisions", "metadata", "policies", "simulations"]
