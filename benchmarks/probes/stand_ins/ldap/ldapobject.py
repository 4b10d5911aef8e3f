"""Names that are imported at start."""


class LDAPObject:
    """A connection."""
