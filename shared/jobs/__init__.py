"""Work that outlives its request: queued in the database, claimed by one worker, taken over by another if that one dies."""
