"""Payment orders: what is to be paid to whom, and what a restatement does to it."""
