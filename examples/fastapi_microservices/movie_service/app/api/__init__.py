"""What the movie service offers under /api/v1/movies."""
