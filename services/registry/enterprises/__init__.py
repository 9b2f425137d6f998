"""Enterprises for people: found by name or code, and all that is known about one."""
