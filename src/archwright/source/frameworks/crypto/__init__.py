"""Hashes, random numbers, tokens, ciphers and keys: what libraries make of secrets, and secrets of."""
