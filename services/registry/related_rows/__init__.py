"""Related rows: what given values lead to, along the reads that a caller declares, in one answer."""
