"""Secrets that can be guessed, read or forged."""
