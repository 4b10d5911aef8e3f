"""Queries that cost more than what they are asked for."""
