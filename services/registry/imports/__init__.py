"""Files in, row errors out."""
