"""Decisions: from an evaluation's outcomes to versions in force, with their receipts."""
