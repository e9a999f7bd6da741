"""Handling of one event: recognition, options, deadline, HTTP cycle, size limits."""
