"""A model vendor on loopback: the Messages API with its documented rules, a virtual clock, and faults on demand. Never a real one."""
