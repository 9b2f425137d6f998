"""Payment batches: approved orders of a unit go to the treasury as one file, and come back as results."""
