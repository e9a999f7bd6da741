"""The cast service's FastAPI app; it does not depend on Lambda."""
