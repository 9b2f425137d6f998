"""Objections to decisions in a public notice."""
