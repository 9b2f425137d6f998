"""What the database knows of the service's state: read on demand where that is cheap, measured from time to time where not."""
