"""What is missing or odd in the data, told per award that it would decide. Nothing of it is refused."""
