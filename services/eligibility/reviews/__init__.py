"""Reviews (联审): departments and districts pass a proposal, or object to it."""
