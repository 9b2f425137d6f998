"""What the services know alike: every dataset with its fields, and the outline of every policy. Pure data."""
