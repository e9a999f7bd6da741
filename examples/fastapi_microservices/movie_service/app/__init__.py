"""The movie service's FastAPI app; it does not depend on Lambda."""
