"""A code base read without importing or running it: discovered, parsed to facts, linked, followed."""
