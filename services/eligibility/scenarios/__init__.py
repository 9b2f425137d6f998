"""Scenarios: other facts, interpretations or parameters beside those of today. Nothing is decided."""
