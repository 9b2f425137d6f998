"""Money that was paid and is not owed any more: claimed, repaid, written off, netted."""
