"""Libraries that validate and serialise."""
