"""Rules on what requests make the service do, or send its callers to."""
