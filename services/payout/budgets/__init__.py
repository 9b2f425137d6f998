"""Appropriations, what is reserved of them, the funding pass, the forecast."""
