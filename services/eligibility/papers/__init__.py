"""Papers (公文) of eligibility: letters of decisions and refusals, notices, allocation plans, made from sealed receipts."""
