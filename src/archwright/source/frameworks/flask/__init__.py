"""Flask, Quart and their extensions."""
