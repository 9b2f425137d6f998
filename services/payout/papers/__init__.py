"""Papers (公文) of payout: letters of recoveries, and statements of account."""
