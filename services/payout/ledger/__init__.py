"""Postings: every movement of money, source → destination, append-only."""
