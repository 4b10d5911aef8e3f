"""Pages that a library makes of Python functions: what visitors type there is handed to them."""
