"""Events that are not HTTP, and callers that authorizers have identified."""
