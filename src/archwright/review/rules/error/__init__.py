"""Errors that are lost, hidden or told to the wrong one."""
