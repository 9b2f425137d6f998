"""What if: other readings, other numbers, other facts, and how what they give compares with what is; nothing is decided."""
