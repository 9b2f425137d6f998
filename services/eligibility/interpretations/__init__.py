"""Policies and the official interpretations of their open questions."""
