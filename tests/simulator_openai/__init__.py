"""A server of chat completions on loopback, as strict as the documents say, with the usage fields of several vendors. Never a real one."""
