"""Holds on awards and payees: nothing of them is sent until another person releases it."""
