"""Recoveries as acts: the decision that money is claimed back, its term, the payee's statements, a plan of instalments."""
