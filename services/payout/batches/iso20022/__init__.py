"""Messages of ISO 20022: payments for the bank (pain.001), its answers (pain.002, camt.053, camt.054)."""
