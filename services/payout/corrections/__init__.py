"""Corrections of bank results: proposed by one person, confirmed by another."""
