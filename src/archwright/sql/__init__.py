"""The only room that knows SQL: names and literals, DDL, order of creation, expressions of full-text search."""
