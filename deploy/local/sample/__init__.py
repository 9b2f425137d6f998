"""Synthetic sample data for all awards of the policy, as files such as offices send.

Nothing in it is real: names are made of random syllables, codes have valid check digits but belong to nobody, the seed is fixed.
"""
