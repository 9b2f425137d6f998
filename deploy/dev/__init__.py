"""Tools for those who change the code."""
