"""For coding agents: the commands as typed tools over MCP, and the files that make a host use them.

`server.make_server(root)` is the MCP server (extra `mcp`); `kits.write_kit(host, directory)` writes a host's files.
"""
