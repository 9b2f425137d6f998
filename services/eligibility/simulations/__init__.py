"""Simulations: the policy with other readings, numbers or facts, beside today's; a job, and nothing is decided."""
