"""The awards of a policy: their rules, and the official acts that suspend, end or resume them."""
