"""Work that outlives its request: queued in the database, claimed by one worker at a time, taken over when that one dies."""
