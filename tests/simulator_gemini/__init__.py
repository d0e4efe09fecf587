"""A server of generate_content on loopback, as strict as the documents say, with an implicit cache. Never a real one."""
