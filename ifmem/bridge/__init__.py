"""The MCP server: a folder's memory inside any agent, and agents that talk to each other through it.

The only package that imports the `mcp` SDK; importing it takes longer than anything else here, so it is imported on the way to
`ifmem mcp` alone.
"""
