"""Acts on decisions, rounds, notices, objections, refusals and the law, by eligibility's operations."""

from __future__ import annotations

from collections.abc import Mapping

from services.desk.acts import cases
from services.desk.acts.domain import Act

ACTS: Mapping[str, Act] = {
    **cases.ACTS,
}
