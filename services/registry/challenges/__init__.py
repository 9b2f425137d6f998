"""Challenges to facts (数据校核): what an enterprise or an officer holds to be wrong, and the revision that answers it."""
