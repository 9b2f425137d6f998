"""Alembic history of the eligibility database."""
