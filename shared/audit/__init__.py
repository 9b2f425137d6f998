"""Who did what: the log of acts, and the hash chains that seal what is only ever added to."""
