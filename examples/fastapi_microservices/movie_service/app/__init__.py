"""The movie service's FastAPI app; it knows nothing of Lambda."""
