"""Refusals as acts (不予兑现): computed, sealed, answered by the enterprise, and issued by another person."""
