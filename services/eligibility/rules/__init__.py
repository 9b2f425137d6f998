"""Policies as data: the grammar that awards are written in, the policy that holds them, and the packages."""
