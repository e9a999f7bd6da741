"""What the cast service offers under /api/v1/casts."""
