"""Alembic environment of the registry database."""

from alembic import context

from services.registry.schema import SCHEMA
from shared.migrations import run_environment

run_environment(SCHEMA, context.config.attributes["connection"])
