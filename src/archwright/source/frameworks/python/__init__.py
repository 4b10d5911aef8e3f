"""Python's own functions, containers and texts."""
