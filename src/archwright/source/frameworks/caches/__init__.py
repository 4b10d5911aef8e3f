"""Caches: what is asked and filled, under which key and for how long."""
