"""Rules on limits: of time, of memory, of attempts."""
