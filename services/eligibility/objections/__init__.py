"""Objections: what is said against a decision while it stands in a public notice."""
