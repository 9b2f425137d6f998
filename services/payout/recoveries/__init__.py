"""Money that was paid and is no longer owed: claimed, repaid, written off, netted."""
