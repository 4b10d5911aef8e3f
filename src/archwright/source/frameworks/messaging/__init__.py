"""Brokers: what sends messages, and what receives them."""
