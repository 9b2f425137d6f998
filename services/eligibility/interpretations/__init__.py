"""Policies as they are served: books, awards, coverage, official readings."""
