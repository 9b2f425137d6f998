"""Rounds (兑现批次): which proposals an office handles together. A round is an ordering, never a condition."""
