"""Corrections: registry changes mark the enterprises that they name, and a standing re-evaluation restates what they touch."""
