"""Payees' accounts as the registry has them: which are there, and what they are when money is sent."""
