"""The cast service: actors."""
