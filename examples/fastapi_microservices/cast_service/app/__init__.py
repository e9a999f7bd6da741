"""The cast service's FastAPI app; it knows nothing of Lambda."""
