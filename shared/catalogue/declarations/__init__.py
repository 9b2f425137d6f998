"""The thirty datasets, one declaration each."""
