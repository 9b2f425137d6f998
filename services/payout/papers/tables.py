"""The tables of papers and their templates."""

from __future__ import annotations

from services.payout.metadata import metadata
from shared.papers.tables import declare

PAPERS = declare(metadata)
