"""Data from outside that an interpreter takes for instructions."""
