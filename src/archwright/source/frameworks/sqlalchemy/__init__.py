"""SQLAlchemy, SQLModel and Flask-SQLAlchemy."""
