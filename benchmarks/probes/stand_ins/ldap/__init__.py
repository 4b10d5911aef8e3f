"""Stands in for python-ldap, which needs a compiler and headers: projects only import it at start."""
