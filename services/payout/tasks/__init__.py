"""Tasks: what waits for finance officers, banks and payees, until when."""
