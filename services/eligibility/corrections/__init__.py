"""Corrections: the registry's changes mark enterprises for re-evaluation, and an automatic evaluation restates their awards."""
