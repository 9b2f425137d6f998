"""Alembic history of the registry database."""
