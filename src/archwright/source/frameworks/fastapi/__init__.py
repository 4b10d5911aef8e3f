"""FastAPI and Starlette."""
