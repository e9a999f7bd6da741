"""Events that are not HTTP, and what the platform says of a caller."""
