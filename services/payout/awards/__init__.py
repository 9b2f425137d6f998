"""What comes in: entitlement versions from `award.decided`, given effect; the award's story."""
