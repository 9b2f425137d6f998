"""All of eligibility's tables."""

from __future__ import annotations

from pathlib import Path

import services.eligibility.awards.tables
import services.eligibility.confirmations.tables
import services.eligibility.corrections.tables
import services.eligibility.decisions.tables
import services.eligibility.evaluation_jobs.tables
import services.eligibility.interpretations.tables
import services.eligibility.notices.tables
import services.eligibility.objections.tables
import services.eligibility.papers.tables
import services.eligibility.procedures.tables
import services.eligibility.refusals.tables
import services.eligibility.rounds.tables
import services.eligibility.scenarios.tables
import services.eligibility.tasks.tables  # noqa: F401 - importing a room's tables declares them
from services.eligibility.metadata import metadata
from shared.system_tables import ServiceSchema

SCHEMA = ServiceSchema("eligibility", metadata, Path(__file__).with_name("migrations"), released="0008")
