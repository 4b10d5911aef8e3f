"""Formats of a review: one file each, a function from a Document (and what the terminal shows) to text."""
