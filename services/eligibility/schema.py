"""What the eligibility database holds."""

from __future__ import annotations

from services.eligibility.corrections import tables as corrections
from services.eligibility.decisions import tables as decisions
from services.eligibility.evaluations import tables as evaluations
from services.eligibility.notices import tables as notices
from services.eligibility.objections import tables as objections
from services.eligibility.policies import tables as policies
from services.eligibility.simulations import tables as simulations
from services.eligibility.tables import metadata

__all__ = [
    "corrections",
    "decisions",
    "evaluations",
    "metadata",
    "notices",
    "objections",
    "policies",
    "simulations",
]
