"""After payout's database was restored: nothing is sent until the files that went to the bank since are entered again."""
