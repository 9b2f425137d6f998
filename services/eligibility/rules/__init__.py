"""Policies as data: a grammar to say them in, a book that holds one, and the packages themselves."""
