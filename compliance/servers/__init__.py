"""Compares what apps see behind our adapters and behind real servers: `make parity`."""
