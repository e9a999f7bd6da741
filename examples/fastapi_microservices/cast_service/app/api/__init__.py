"""The HTTP API of the cast service, under /api/v1/casts."""
