"""Senders, one module each. A sender's library is imported when the sender is created."""
