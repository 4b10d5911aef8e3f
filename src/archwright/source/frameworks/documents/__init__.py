"""Libraries that read documents: XML, and queries over it."""
