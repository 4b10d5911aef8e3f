"""Web frameworks whose whole reading is a file: routes, what handlers receive, what stands before them."""
