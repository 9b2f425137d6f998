"""Appropriations, what is reserved of them, the forecast."""
