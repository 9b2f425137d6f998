"""What the three services have in common, each thing once."""
