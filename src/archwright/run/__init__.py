"""Processes, ports, clean-up, embedded PostgreSQL, temporary servers. Knows nothing of briefs, models or reviews."""
