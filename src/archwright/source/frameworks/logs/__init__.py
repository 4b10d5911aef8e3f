"""Logs, error trackers and traces."""
