"""Awards: entitlement versions from `award.decided`, the orders and claims that follow from them, the timeline."""
