"""The thirty-one datasets, one declaration each."""
