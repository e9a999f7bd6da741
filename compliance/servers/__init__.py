"""What apps see behind our adapters and behind real servers, field by field: `make parity`."""
