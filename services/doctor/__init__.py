"""What a service needs around it before a migration or a start, and what of it is lacking (`subsidies doctor`)."""
