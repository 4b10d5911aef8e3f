"""Database drivers."""
