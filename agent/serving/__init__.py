"""One `answer()` and the snapshot in force, served over HTTP and MCP."""
