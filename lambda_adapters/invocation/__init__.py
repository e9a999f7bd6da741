"""One event through one handler: recognition, options, deadline, the app's cycle, size limits."""
