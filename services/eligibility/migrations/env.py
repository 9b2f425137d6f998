"""Alembic environment of the eligibility database."""

from alembic import context

from services.eligibility.schema import SCHEMA
from shared.migrations import run_environment

run_environment(SCHEMA, context.config.attributes["connection"])
