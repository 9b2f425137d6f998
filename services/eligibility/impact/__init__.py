"""Impact: what a correction of facts would change before it is made; nothing is stored."""
