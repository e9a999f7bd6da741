"""The HTTP API of the movie service, under /api/v1/movies."""
