"""Web frameworks whose whole reading is a file: Pyramid, aiohttp, Tornado, Litestar, Starlette's own routes."""
